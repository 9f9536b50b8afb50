"""What people do again and again: fill in a form, read a code in a mail, let time pass."""

import re
import time
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from portal.accounts.models import User
from portal.audit.models import Decision
from tests import mailbox
from tests.cast import PASSWORD

CODE = re.compile(r"^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$", re.MULTILINE)
ZOE = "zoe@example.org"
STRANGER = "stranger@example.net"
NEW_PASSWORD = "eleven quiet otters swim"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def new_browser(**options: Any) -> Browser:
    """Return a browser that knows nothing; exceptions become 500, as in production."""
    return Browser(raise_request_exception=False, **options)


def code_in(letter: mailbox.Letter) -> str:
    """Return the code that stands alone on its line."""
    found = CODE.findall(letter.text)
    assert len(found) == 1, letter.text
    return str(found[0])


def sign_up(browser: Browser, **fields: Any) -> Any:
    """Send the form."""
    filled = {"name": "Zoe", "email": ZOE, "password1": PASSWORD, "terms": "on", **fields}
    return browser.post(reverse("account_signup"), {key: value for key, value in filled.items() if value is not None})


def enter_code(browser: Browser, code: str) -> Any:
    """Send the code from the mail."""
    return browser.post(reverse("account_email_verification_sent"), {"action": "verify", "code": code})


def sign_in(browser: Browser, email: str, password: str = PASSWORD, **more: str) -> Any:
    """Send address and password."""
    return browser.post(reverse("account_login"), {"login": email, "password": password, **more})


def is_signed_in(browser: Browser) -> bool:
    """Say whether a page of the account opens."""
    return bool(browser.get(reverse("account-profile")).status_code == 200)


def read(answer: Any) -> str:
    """Return a page without what differs each time it is made."""
    return TOKEN.sub("", answer.text)


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let so much time pass."""
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + seconds)


def verbs(user: User) -> list[str]:
    """Return what is written down about this user, the oldest first."""
    rows = Decision.objects.filter(object_type="User", object_id=str(user.pk)).order_by("id")
    return [row.verb.removeprefix("accounts.") for row in rows]
