"""Every page and mail of allauth that our settings can show is ours."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import NoReverseMatch, URLPattern, reverse

from portal.accounts import urls
from portal.accounts.adapters import MAILS
from tests.browser.test_every_page import Inline
from tests.cast import Cast

SOURCE = Path(allauth.__file__).parent
UNUSED = re.compile(r"phone|login_code|email_confirm$|password_reset_key$|email_deleted")
"""What needs a telephone, a code instead of a password, links instead of codes, or several addresses."""


def views() -> Iterator[tuple[str, Any]]:
    for pattern in urls.urlpatterns:
        if isinstance(pattern, URLPattern):
            view = pattern.callback
            while not hasattr(view, "view_class") and hasattr(view, "__wrapped__"):
                view = view.__wrapped__
            yield str(pattern.name), getattr(view, "view_class", None)


def test_every_page_of_allauth_is_written_by_us() -> None:
    found = {view.template_name for _, view in views() if getattr(view, "template_name", None)}
    found |= {"account/confirm_email_verification_code.html"}  # its view is chosen by a function
    assert len(found) > 15
    for name in found:
        assert Path(get_template(name).template.origin.name).is_relative_to(settings.BASE_DIR / "templates"), name  # type: ignore[attr-defined]


def test_every_message_of_allauth_is_written_by_us() -> None:
    names = {
        name
        for file in SOURCE.rglob("*.py")
        for name in re.findall(r'"((?:account|mfa)/messages/\w+\.txt)"', file.read_text())
        if not UNUSED.search(name) or name.endswith("email_deleted.txt")
    }
    assert len(names) > 10
    for name in names - {"account/messages/login_code_sent.txt"}:
        get_template(name)


def test_every_mail_of_allauth_is_written_by_us() -> None:
    names = {
        name
        for folder in ("account", "mfa", "usersessions")
        for file in (SOURCE / folder).rglob("*.py")
        if "test" not in str(file)
        for name in re.findall(r'"((?:account|mfa)/email/\w+)"', file.read_text())
        if not UNUSED.search(name)
    }
    assert names == set(MAILS)
    for mail in MAILS.values():
        get_template(f"mail/accounts/{mail.template}.txt")
        get_template(f"mail/accounts/{mail.template}.html")


def test_no_page_carries_script_or_style(cast: Cast) -> None:

    seen = 0
    for name, _ in views():
        try:
            path = reverse(name)
        except NoReverseMatch:  # needs an argument
            continue
        for browser in (cast.alice.client, cast.nobody):
            answer = browser.get(path)
            assert answer.status_code < 500
            assert Inline(answer.text).found == []
            seen += answer.status_code == 200
    assert seen > 20


@pytest.mark.parametrize("who", ["alice", "nobody"])
def test_public_pages_know_nobody(cast: Cast, who: str, django_assert_num_queries: Any) -> None:
    browser = cast.nobody if who == "nobody" else cast.alice.client
    if who == "alice":
        assert browser.get("/accounts/profile/").status_code == 200
        browser.cookies["signed_in"] = "1"
    for path in ("/", "/guides/terms/", "/guides/getting-started/", "/fr/guides/getting-started/", "/errors/"):
        browser.get(path)
        with django_assert_num_queries(0):
            answer = browser.get(path)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert not answer.cookies
        assert "Cookie" not in answer.headers["Vary"]
        assert answer.headers["Cache-Control"].startswith("public")
        assert "Alice" not in answer.text
