"""Creating an account."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.urls import reverse

from portal.accounts.models import TermsAcceptance, User
from tests import mailbox
from tests.accounts.journeys import (
    STRANGER,
    ZOE,
    code_in,
    enter_code,
    is_signed_in,
    later,
    new_browser,
    read,
    sign_in,
    sign_up,
    verbs,
)
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
CODE_PAGE = "/accounts/confirm-email/"


def test_the_code_from_the_mail_opens_the_account() -> None:
    zoe = new_browser()
    assert sign_up(zoe).headers["Location"] == CODE_PAGE
    assert not is_signed_in(zoe)
    answer = enter_code(zoe, code_in(mailbox.latest(ZOE)))
    assert answer.headers["Location"] == reverse("application-list")
    assert is_signed_in(zoe)
    user = User.objects.get(email=ZOE)
    assert user.name == "Zoe"
    assert TermsAcceptance.objects.get(user=user).version == settings.TERMS_VERSION
    assert verbs(user) == ["sign_up", "sign_in"]


def test_the_code_is_taken_as_people_type_it() -> None:
    zoe = new_browser()
    sign_up(zoe)
    enter_code(zoe, f" {code_in(mailbox.latest(ZOE)).replace('-', '').lower()} ")
    assert is_signed_in(zoe)


def test_the_mail_says_from_where_and_nothing_of_what_was_typed() -> None:
    sign_up(new_browser(), name="Win a prize at http://evil.example")
    letter = mailbox.latest(ZOE)
    assert "127.0.0.1" in letter.text
    assert "evil.example" not in letter.text + letter.html + letter.subject
    assert PASSWORD not in letter.text + letter.html


def test_the_language_of_the_page_is_the_language_of_the_account() -> None:
    zoe = new_browser()
    zoe.post("/fr/accounts/signup/", {"name": "Zoe", "email": ZOE, "password1": PASSWORD, "terms": "on"})
    assert User.objects.get(email=ZOE).language == "fr"
    assert mailbox.latest(ZOE).headers["Content-Language"] == "fr"


@pytest.mark.parametrize("email", ["alice@example.org", "Alice@Example.ORG", " alice@example.org "])
def test_a_known_address_gets_the_answer_of_an_unknown_one(cast: Cast, email: str) -> None:
    unknown, known = new_browser(), new_browser()
    answers = [sign_up(unknown, email="new@example.org"), sign_up(known, email=email)]
    assert len({(one.status_code, one.headers["Location"], *sorted(one.cookies)) for one in answers}) == 1
    pages = [read(browser.get(CODE_PAGE)) for browser in (unknown, known)]
    assert pages[0].replace("new@example.org", "alice@example.org") == pages[1]
    assert mailbox.latest("alice@example.org").subject == "You have an account already"
    assert User.objects.filter(email__iexact="alice@example.org").count() == 1


def test_wrong_codes_and_resending_look_the_same(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown, known = new_browser(), new_browser()
    sign_up(unknown, email="new@example.org")
    sign_up(known, email=cast.alice.user.email)
    later(monkeypatch, 11)
    for action in ({"action": "resend"}, {"action": "verify", "code": "BBBB-BBBB"}):
        answers = [browser.post(CODE_PAGE, action) for browser in (unknown, known)]
        assert answers[0].status_code == answers[1].status_code
        assert answers[0].headers.get("Location") == answers[1].headers.get("Location")
    pages = [read(browser.get(CODE_PAGE)) for browser in (unknown, known)]
    assert pages[0].replace("new@example.org", cast.alice.user.email) == pages[1]


def test_a_known_address_takes_as_long(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[object] = []
    encode = ScryptPasswordHasher.encode

    def counted(*args: Any, **more: Any) -> str:
        hashed.append(args)
        return encode(*args, **more)

    monkeypatch.setattr(ScryptPasswordHasher, "encode", counted)
    sign_up(new_browser(), email="new@example.org")
    for_unknown = len(hashed)
    sign_up(new_browser(), email=cast.alice.user.email)
    assert for_unknown > 0
    assert len(hashed) == 2 * for_unknown


def test_three_wrong_codes_are_the_end() -> None:
    zoe = new_browser()
    sign_up(zoe)
    code = code_in(mailbox.latest(ZOE))
    for _ in range(2):
        assert "not the code" in enter_code(zoe, "BBBB-BBBB").text
    assert enter_code(zoe, "BBBB-BBBB").headers["Location"] == reverse("account_login")
    enter_code(zoe, code)
    assert not is_signed_in(zoe)


def test_an_expired_code_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    zoe = new_browser()
    sign_up(zoe)
    code = code_in(mailbox.latest(ZOE))
    later(monkeypatch, 15 * 60 + 1)
    assert enter_code(zoe, code).headers["Location"] == reverse("account_login")
    assert not is_signed_in(zoe)


def test_a_code_opens_only_the_browser_that_asked_for_it() -> None:
    zoe, thief = new_browser(), new_browser()
    sign_up(zoe)
    code = code_in(mailbox.latest(ZOE))
    enter_code(thief, code)
    assert not is_signed_in(thief)
    enter_code(zoe, code)
    assert is_signed_in(zoe)


def test_a_new_code_replaces_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    zoe = new_browser()
    sign_up(zoe)
    old = code_in(mailbox.latest(ZOE))
    assert zoe.post(CODE_PAGE, {"action": "resend"}).status_code == 429
    later(monkeypatch, 11)
    zoe.post(CODE_PAGE, {"action": "resend"})
    new = code_in(mailbox.latest(ZOE))
    assert new != old
    enter_code(zoe, old)
    assert not is_signed_in(zoe)
    enter_code(zoe, new)
    assert is_signed_in(zoe)


def test_another_address_begins_anew_whether_the_first_was_known_or_not(cast: Cast) -> None:
    for email in ("mistyped@example.org", cast.alice.user.email):
        browser = new_browser()
        sign_up(browser, email=email)
        answer = browser.post(reverse("account-sign-up-again"))
        assert answer.headers["Location"] == reverse("account_signup")
        assert browser.get(reverse("account_signup")).status_code == 200
    assert not User.objects.filter(email="mistyped@example.org").exists()
    assert User.objects.filter(email=cast.alice.user.email).exists()


def test_another_address_forgets_nobody_who_ever_signed_in(cast: Cast) -> None:
    cast.alice.client.post(reverse("account-sign-up-again"))
    assert User.objects.filter(pk=cast.alice.user.pk).exists()
    assert is_signed_in(cast.alice.client)


def test_an_account_that_was_never_confirmed_can_be_finished_later() -> None:
    sign_up(new_browser())
    later_on = new_browser()
    with pytest.MonkeyPatch.context() as patch:
        later(patch, 11)
        assert sign_in(later_on, ZOE).headers["Location"] == CODE_PAGE
    enter_code(later_on, code_in(mailbox.latest(ZOE)))
    assert is_signed_in(later_on)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x" * 10_000},
        {"name": "   "},
        {"name": "Zo\0e"},
        {"email": f"{'x' * 10_000}@example.org"},
        {"email": f"zoe@{'x' * 60}.{'y' * 60}.{'z' * 60}.{'w' * 60}.{'v' * 20}.org"},
        {"email": "zoe"},
        {"email": "zoe@example.org\nBcc: eve@example.org"},
        {"email": "zoe@example.org,eve@example.org"},
        {"email": "\u200bzoe@example.org"},
        {"password1": "x" * 10_000},
        {"password1": "elevenchars"},
        {"password1": "password1234"},
        {"password1": "zoe@example.org"},
        {"password1": None},
        {"terms": None},
        {"terms": ""},
    ],
)
def test_bad_input_is_refused_with_a_reason(fields: dict[str, str | None]) -> None:
    answer = sign_up(new_browser(), **fields)
    assert answer.status_code == 200
    assert 'class="errorlist"' in answer.text
    assert PASSWORD not in answer.text
    assert not User.objects.exists()
    assert mailbox.letters() == []


def test_an_address_of_another_script_is_an_address_of_its_own(cast: Cast) -> None:
    sign_up(new_browser(), email="\u0430lice@example.org")  # a Cyrillic letter
    assert [letter.to for letter in mailbox.letters()] in ([], ["\u0430lice@example.org"])
    assert User.objects.get(email="alice@example.org") == cast.alice.user


def test_nobody_is_led_to_another_site() -> None:
    zoe = new_browser()
    sign_up(zoe, next="https://evil.example/")
    assert enter_code(zoe, code_in(mailbox.latest(ZOE))).headers["Location"] == reverse("application-list")


def test_the_page_that_they_came_for_follows() -> None:
    zoe = new_browser()
    sign_up(zoe, next="/organisations/new/")
    assert enter_code(zoe, code_in(mailbox.latest(ZOE))).headers["Location"] == "/organisations/new/"


def test_a_form_of_another_site_is_refused() -> None:
    assert sign_up(new_browser(enforce_csrf_checks=True)).status_code == 403
    assert not User.objects.exists()


def test_too_many_are_told_when_to_try_again() -> None:
    for number in range(20):
        sign_up(new_browser(), email=f"someone{number}@example.org", terms=None)
    answer = sign_up(new_browser(), email=STRANGER)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "Wait a minute" in answer.text
    assert not User.objects.exists()
