"""Before what is sensitive: proving once more who one is."""

import pyotp
import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from portal.accounts.models import TermsAcceptance, User
from tests.accounts.journeys import NEW_PASSWORD, later, new_browser
from tests.accounts.test_second_step import add_app
from tests.cast import PASSWORD, Cast, sign_in

SENSITIVE = (
    "account_email",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_generate_recovery_codes",
    "account-delete",
)
AGAIN = "/accounts/reauthenticate/"


@pytest.mark.parametrize("name", SENSITIVE)
def test_after_ten_minutes_the_password_is_asked_for_and_the_page_follows(cast: Cast, name: str) -> None:
    browser = sign_in(cast.alice.user, seconds_ago=10 * 60 + 1)
    asked = browser.get(reverse(name))
    assert asked.headers["Location"].startswith(f"{AGAIN}?next=")
    assert browser.get(asked.headers["Location"]).status_code == 200
    answer = browser.post(asked.headers["Location"], {"password": PASSWORD, "next": reverse(name)})
    assert answer.headers["Location"] == reverse(name)
    assert browser.get(reverse(name)).status_code in {200, 302}
    assert not browser.get(reverse(name)).headers.get("Location", "").startswith(AGAIN)


@pytest.mark.parametrize("name", SENSITIVE)
def test_within_ten_minutes_nobody_is_asked(cast: Cast, name: str) -> None:
    browser = sign_in(cast.alice.user, seconds_ago=9 * 60)
    assert not browser.get(reverse(name)).headers.get("Location", "").startswith(AGAIN)


def test_a_form_that_was_opened_in_time_may_be_sent_ten_minutes_later(cast: Cast) -> None:
    browser = sign_in(cast.alice.user, seconds_ago=19 * 60)
    assert browser.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    late = sign_in(cast.alice.user, seconds_ago=20 * 60 + 1)
    assert late.post(reverse("mfa_activate_totp"), {"code": "000000"}).headers["Location"].startswith(AGAIN)


def test_what_was_sent_is_done_afterwards(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    add_app(cast.alice)
    later(monkeypatch, 20 * 60 + 1)
    asked = cast.alice.client.post(reverse("mfa_deactivate_totp")).headers["Location"]
    assert Authenticator.objects.filter(type="totp").exists()
    cast.alice.client.post(asked, {"password": PASSWORD, "next": reverse("mfa_deactivate_totp")})
    assert not Authenticator.objects.filter(type="totp").exists()


def test_a_code_of_the_app_proves_it_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    app = add_app(cast.alice)
    later(monkeypatch, 10 * 60 + 1)
    page = cast.alice.client.get(f"{AGAIN}?next=/accounts/email/").text
    assert 'href="/accounts/reauthenticate/code/?next=%2Faccounts%2Femail%2F"' in page
    assert cast.alice.client.get("/accounts/reauthenticate/code/?next=/accounts/email/").status_code == 200
    code = {"code": pyotp.TOTP(app.secret).now(), "next": "/accounts/email/"}
    answer = cast.alice.client.post("/accounts/reauthenticate/code/", code)
    assert answer.headers["Location"] == "/accounts/email/"
    assert cast.alice.client.get("/accounts/email/").status_code == 200


@pytest.mark.parametrize("password", ["a wrong one", "", "x" * 10_000, "a\0b", PASSWORD.upper()])
def test_a_wrong_password_proves_nothing(cast: Cast, password: str) -> None:
    browser = sign_in(cast.alice.user, seconds_ago=3600)
    answer = browser.post(AGAIN, {"password": password, "next": "/accounts/email/"})
    assert "errorlist" in answer.text
    assert browser.get("/accounts/email/").status_code == 302


def test_somebody_elses_proof_is_none(cast: Cast) -> None:
    """A session in which another user once proved who they are proves nothing about the present one."""
    browser = sign_in(cast.bob.user)
    proofs = browser.session["account_authentication_methods"]
    browser.force_login(cast.alice.user)
    session = browser.session
    session["account_authentication_methods"] = proofs
    session["account_authentication_methods_user"] = str(cast.bob.user.pk)
    session.save()
    assert browser.get("/accounts/email/").headers["Location"].startswith(AGAIN)


def test_guessing_ends(cast: Cast) -> None:
    browser = sign_in(cast.alice.user, seconds_ago=3600)
    for number in range(5):
        browser.post(AGAIN, {"password": f"guess {number}"})
    assert "five minutes" in browser.post(AGAIN, {"password": PASSWORD}).text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(cast: Cast, target: str) -> None:
    browser = sign_in(cast.alice.user, seconds_ago=3600)
    answer = browser.post(AGAIN, {"password": PASSWORD, "next": target})
    assert answer.headers["Location"] == reverse("application-list")


def test_strangers_have_nothing_to_prove(cast: Cast) -> None:
    for path in (AGAIN, "/accounts/reauthenticate/code/", "/accounts/reauthenticate/passkey/"):
        assert new_browser().get(path).headers["Location"].startswith(reverse("account_login"))


def test_whoever_does_not_accept_the_terms_can_still_leave(cast: Cast) -> None:
    TermsAcceptance.objects.filter(user=cast.bob.user).delete()
    browser = sign_in(cast.bob.user, seconds_ago=3600)
    assert browser.get(reverse("account-profile")).headers["Location"].startswith(reverse("terms-accept"))
    asked = browser.get(reverse("account-delete")).headers["Location"]
    browser.post(asked, {"password": PASSWORD, "next": reverse("account-delete")})
    browser.post(reverse("account-delete"), {"address": cast.bob.user.email})
    assert not User.objects.filter(pk=cast.bob.user.pk).exists()


def test_a_new_password_needs_the_old_one_however_recent(cast: Cast) -> None:
    fields = {"oldpassword": "", "password1": NEW_PASSWORD}
    assert "errorlist" in cast.alice.client.post(reverse("account_change_password"), fields).text
