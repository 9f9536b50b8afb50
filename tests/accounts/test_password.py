"""Changing a password, and choosing a new one when it is forgotten."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests import mailbox
from tests.accounts.journeys import (
    NEW_PASSWORD,
    STRANGER,
    code_in,
    is_signed_in,
    later,
    new_browser,
    read,
    sign_in,
    verbs,
)
from tests.accounts.test_second_step import add_app
from tests.cast import PASSWORD, Cast

CODE_PAGE = "/accounts/password/reset/code/"
NEW_PAGE = "/accounts/password/reset/new/"
TOO_SIMPLE = ["elevenchars", "password1234", "alice@example.org", "123456789012", "x" * 10_000, "", "a\0bcdefghijklmn"]


def ask(browser: Browser, email: str) -> Any:
    return browser.post(reverse("account_reset_password"), {"email": email})


def test_the_new_one_works_and_other_browsers_are_signed_out(cast: Cast) -> None:
    elsewhere = new_browser()
    sign_in(elsewhere, cast.alice.user.email)
    fields = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
    cast.alice.client.post(reverse("account_change_password"), fields)
    assert is_signed_in(cast.alice.client)
    assert not is_signed_in(elsewhere)
    browser = new_browser()
    sign_in(browser, cast.alice.user.email)
    assert not is_signed_in(browser)
    sign_in(browser, cast.alice.user.email, NEW_PASSWORD)
    assert is_signed_in(browser)
    assert "change_password" in verbs(cast.alice.user)
    letters = [one for one in mailbox.letters(cast.alice.user.email) if one.subject == "Your password was changed"]
    assert len(letters) == 1
    assert NEW_PASSWORD not in letters[0].text


@pytest.mark.parametrize("password", TOO_SIMPLE)
def test_a_simple_one_is_refused(cast: Cast, password: str) -> None:
    fields = {"oldpassword": PASSWORD, "password1": password}
    assert "errorlist" in cast.alice.client.post(reverse("account_change_password"), fields).text
    browser = new_browser()
    sign_in(browser, cast.alice.user.email)
    assert is_signed_in(browser)


def test_the_old_one_must_be_known(cast: Cast) -> None:
    fields = {"oldpassword": "a guess of theirs", "password1": NEW_PASSWORD}
    assert "not your password" in cast.alice.client.post(reverse("account_change_password"), fields).text
    for _ in range(4):
        cast.alice.client.post(reverse("account_change_password"), fields)
    assert cast.alice.client.post(reverse("account_change_password"), fields).status_code == 429


def test_a_code_by_mail_lets_somebody_choose_a_new_one(cast: Cast) -> None:
    browser, elsewhere = new_browser(), new_browser()
    sign_in(elsewhere, cast.alice.user.email)
    assert ask(browser, cast.alice.user.email).headers["Location"] == CODE_PAGE
    code = code_in(mailbox.latest(cast.alice.user.email))
    assert browser.post(CODE_PAGE, {"code": code}).headers["Location"] == NEW_PAGE
    assert browser.get(NEW_PAGE).status_code == 200
    answer = browser.post(NEW_PAGE, {"password1": NEW_PASSWORD})
    assert answer.headers["Location"] == reverse("account_password_reset_completed")
    assert browser.get(answer.headers["Location"]).status_code == 200
    assert not is_signed_in(browser)
    assert not is_signed_in(elsewhere)
    sign_in(browser, cast.alice.user.email, NEW_PASSWORD)
    assert is_signed_in(browser)
    assert "reset_password" in verbs(cast.alice.user)
    assert "Your password was changed" in [one.subject for one in mailbox.letters(cast.alice.user.email)]


def test_a_known_and_an_unknown_address_look_the_same(cast: Cast) -> None:
    known, unknown = new_browser(), new_browser()
    for action in (ask, lambda b, _: b.post(CODE_PAGE, {"code": "BBBB-BBBB"})):
        answers = [action(known, cast.alice.user.email), action(unknown, STRANGER)]
        assert answers[0].status_code == answers[1].status_code
        assert answers[0].headers.get("Location") == answers[1].headers.get("Location")
        pages = [read(known.get(CODE_PAGE)), read(unknown.get(CODE_PAGE))]
        assert pages[0].replace(cast.alice.user.email, STRANGER) == pages[1]
    letter = mailbox.latest(STRANGER)
    assert letter.subject == "There is no account with this address"
    for _ in range(2):
        ends = [one.post(CODE_PAGE, {"code": "BBBB-BBBB"}).headers.get("Location") for one in (known, unknown)]
        assert ends[0] == ends[1]


def test_an_empty_code_is_not_the_code_of_an_unknown_address(cast: Cast) -> None:
    browser = new_browser()
    ask(browser, STRANGER)
    for code in ("", " ", "-", "----"):
        assert browser.post(CODE_PAGE, {"code": code}).headers.get("Location") != NEW_PAGE


def test_three_wrong_codes_are_the_end(cast: Cast) -> None:
    browser = new_browser()
    ask(browser, cast.alice.user.email)
    code = code_in(mailbox.latest(cast.alice.user.email))
    for _ in range(3):
        browser.post(CODE_PAGE, {"code": "BBBB-BBBB"})
    assert browser.post(CODE_PAGE, {"code": code}).headers["Location"] == reverse("account_login")


def test_an_expired_code_is_none(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = new_browser()
    ask(browser, cast.alice.user.email)
    code = code_in(mailbox.latest(cast.alice.user.email))
    later(monkeypatch, 15 * 60 + 1)
    assert browser.post(CODE_PAGE, {"code": code}).headers["Location"] == reverse("account_login")


def test_a_code_is_good_for_one_password(cast: Cast) -> None:
    browser = new_browser()
    ask(browser, cast.alice.user.email)
    code = code_in(mailbox.latest(cast.alice.user.email))
    browser.post(CODE_PAGE, {"code": code})
    browser.post(NEW_PAGE, {"password1": NEW_PASSWORD})
    for again in (browser.post(NEW_PAGE, {"password1": PASSWORD}), browser.post(CODE_PAGE, {"code": code})):
        assert again.status_code == 302
    sign_in(browser, cast.alice.user.email)
    assert not is_signed_in(browser)


def test_without_the_code_there_is_no_new_password(cast: Cast) -> None:
    browser = new_browser()
    ask(browser, cast.alice.user.email)
    assert browser.post(NEW_PAGE, {"password1": NEW_PASSWORD}).headers["Location"] == CODE_PAGE
    sign_in(browser, cast.alice.user.email)
    assert is_signed_in(browser)


def test_nobodys_mailbox_is_flooded(cast: Cast) -> None:
    answers = [ask(new_browser(), cast.alice.user.email) for _ in range(6)]
    assert [one.status_code for one in answers] == [302] * 5 + [429]
    assert len(mailbox.letters(cast.alice.user.email)) == 5


def test_the_second_step_stays_when_the_password_is_new(cast: Cast) -> None:

    add_app(cast.alice)
    browser = new_browser()
    ask(browser, cast.alice.user.email)
    browser.post(CODE_PAGE, {"code": code_in(mailbox.latest(cast.alice.user.email))})
    browser.post(NEW_PAGE, {"password1": NEW_PASSWORD})
    assert sign_in(browser, cast.alice.user.email, NEW_PASSWORD).headers["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "email", ["", "x" * 10_000, "a\0b@example.org", "nobody", "alice@example.org\nBcc: e@example.org"]
)
def test_bad_addresses_are_refused_with_a_reason(cast: Cast, email: str) -> None:
    answer = ask(new_browser(), email)
    assert answer.status_code == 200
    assert "errorlist" in answer.text
    assert mailbox.letters() == []
