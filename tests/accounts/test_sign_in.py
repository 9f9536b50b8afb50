"""Signing in with a password, and signing out."""

import json

import pytest
from django.conf import LazySettings, settings
from django.contrib.sessions.models import Session
from django.urls import reverse

from portal.sealing import unseal
from tests import mailbox
from tests.accounts.journeys import STRANGER, is_signed_in, later, new_browser, read, sign_in, verbs
from tests.cast import Cast

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def test_address_and_password_open_the_portal(cast: Cast) -> None:
    browser = new_browser()
    answer = sign_in(browser, cast.alice.user.email)
    assert answer.headers["Location"] == reverse("application-list")
    assert browser.cookies["signed_in"].value == "1"
    assert is_signed_in(browser)
    assert verbs(cast.alice.user)[-1] == "sign_in"


def test_an_address_is_the_same_however_it_is_written(cast: Cast) -> None:
    browser = new_browser()
    sign_in(browser, f" {cast.alice.user.email.upper()} ")
    assert is_signed_in(browser)


def test_a_wrong_password_and_an_unknown_address_look_the_same(cast: Cast) -> None:
    known = sign_in(new_browser(), cast.alice.user.email, "not the password")
    unknown = sign_in(new_browser(), STRANGER, "not the password")
    assert known.status_code == unknown.status_code == 200
    assert "is wrong" in known.text
    assert read(known) == read(unknown).replace(STRANGER, cast.alice.user.email)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "http:///evil.example/",
        "javascript:alert(1)",
        "\thttps://evil.example/",
    ],
)
def test_nobody_is_led_to_another_site(cast: Cast, target: str) -> None:
    browser = new_browser()
    answer = sign_in(browser, cast.alice.user.email, next=target)
    assert answer.headers["Location"] == reverse("application-list")
    assert browser.get(reverse("account_login"), {"next": target}).headers["Location"] == reverse("application-list")
    assert browser.post(reverse("account_logout"), {"next": target}).headers["Location"] == reverse("home")


def test_what_is_no_address_leads_nowhere(cast: Cast) -> None:
    for name in ("account_login", "account_signup", "account_reset_password"):
        assert new_browser().get(reverse(name), {"next": "http://["}).status_code == 200
    answer = sign_in(new_browser(), cast.alice.user.email, next="http://[")
    assert answer.headers["Location"] == reverse("application-list")


def test_the_page_that_they_came_for_follows(cast: Cast) -> None:
    browser = new_browser()
    asked = browser.get("/accounts/sessions/").headers["Location"]
    assert asked == "/accounts/login/?next=/accounts/sessions/"
    assert 'value="/accounts/sessions/"' in browser.get(asked).text
    assert (
        sign_in(browser, cast.alice.user.email, next="/accounts/sessions/").headers["Location"] == "/accounts/sessions/"
    )


def test_five_wrong_passwords_close_the_account_for_five_minutes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        assert "is wrong" in sign_in(new_browser(), cast.alice.user.email, f"guess number {number}").text
    browser = new_browser()
    assert "five minutes" in sign_in(browser, cast.alice.user.email).text
    assert not is_signed_in(browser)
    later(monkeypatch, 5 * 60 + 1)
    sign_in(browser, cast.alice.user.email)
    assert is_signed_in(browser)


def test_five_wrong_passwords_say_nothing_about_an_unknown_address(cast: Cast) -> None:
    for number in range(5):
        sign_in(new_browser(), STRANGER, f"guess number {number}")
    assert "five minutes" in sign_in(new_browser(), STRANGER).text


def test_too_many_forms_are_told_when_to_try_again(cast: Cast) -> None:
    for _ in range(30):
        new_browser().post(reverse("account_login"), {})
    answer = sign_in(new_browser(), cast.alice.user.email)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"


def test_a_session_is_a_new_one_after_the_sign_in(cast: Cast) -> None:
    browser = new_browser()
    browser.get(reverse("account_login"))
    browser.post(reverse("account_reset_password"), {"email": STRANGER})  # begins a session
    planted = browser.cookies[settings.SESSION_COOKIE_NAME].value
    sign_in(browser, cast.alice.user.email)
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != planted
    thief = new_browser()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert not is_signed_in(thief)


def test_a_closed_account_stays_closed(cast: Cast) -> None:
    cast.alice.user.is_active = False
    cast.alice.user.save()
    browser = new_browser()
    assert sign_in(browser, cast.alice.user.email).headers["Location"] == reverse("account_inactive")
    assert not is_signed_in(browser)
    assert "is wrong" in sign_in(new_browser(), cast.alice.user.email, "not the password").text


def test_a_form_of_another_site_is_refused(cast: Cast) -> None:
    assert sign_in(new_browser(enforce_csrf_checks=True), cast.alice.user.email).status_code == 403


@pytest.mark.parametrize("login", ["x" * 10_000, "a\0b@example.org", "", "nobody"])
@pytest.mark.parametrize("password", ["x" * 10_000, "a\0b"])
def test_bad_input_is_refused_with_a_reason(cast: Cast, login: str, password: str) -> None:
    answer = sign_in(new_browser(), login, password)
    assert answer.status_code == 200
    assert 'class="errorlist"' in answer.text


def test_a_new_browser_is_told_by_mail_and_a_known_one_is_not(cast: Cast) -> None:
    first = new_browser(headers={"User-Agent": CHROME})
    sign_in(first, cast.alice.user.email)
    assert mailbox.letters(cast.alice.user.email) == []
    second = new_browser(headers={"User-Agent": CHROME})
    sign_in(second, cast.alice.user.email)
    letter = mailbox.latest(cast.alice.user.email)
    assert letter.subject == "A sign-in from a new browser"
    assert "Chrome on Linux" in letter.text
    second.post(reverse("account_logout"))
    sign_in(second, cast.alice.user.email)
    assert len(mailbox.letters(cast.alice.user.email)) == 1


def test_a_browser_known_for_one_is_not_known_for_another(cast: Cast) -> None:
    sign_in(new_browser(), cast.bob.user.email)
    browser = new_browser()
    sign_in(browser, cast.alice.user.email)
    browser.post(reverse("account_logout"))
    sign_in(browser, cast.bob.user.email)
    assert mailbox.latest(cast.bob.user.email).subject == "A sign-in from a new browser"


def test_signing_out_ends_the_session(cast: Cast) -> None:
    browser = new_browser()
    sign_in(browser, cast.alice.user.email)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert browser.get(reverse("account_logout")).status_code == 200  # asks: a link signs nobody out
    assert is_signed_in(browser)
    browser.post(reverse("account_logout"))
    assert browser.cookies["signed_in"].value == ""
    thief = new_browser()
    thief.cookies[settings.SESSION_COOKIE_NAME] = session
    assert not is_signed_in(thief)


def test_what_a_session_holds_is_sealed(cast: Cast) -> None:
    browser = new_browser()
    browser.post(reverse("account_reset_password"), {"email": cast.alice.user.email})
    row = Session.objects.get(session_key=browser.cookies[settings.SESSION_COOKIE_NAME].value)
    assert browser.session["account_password_reset_verification"]["email"] == cast.alice.user.email
    assert json.loads(unseal(row.session_data)) == dict(browser.session)


def test_a_session_that_no_key_opens_is_signed_out(cast: Cast, settings: LazySettings) -> None:
    assert is_signed_in(cast.alice.client)
    settings.KEY_ENCRYPTION_KEYS = ["another key, forty characters long at least"]
    assert not is_signed_in(cast.alice.client)
