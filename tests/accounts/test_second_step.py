"""The second step: authenticator app and recovery codes. Passkeys need a browser: tests/browser/test_accounts.py."""

import re
from typing import Any

import pyotp
import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.urls import reverse

from portal.accounts.models import User
from tests import mailbox
from tests.accounts.journeys import is_signed_in, later, new_browser, sign_in, verbs
from tests.cast import Cast, Person

SECOND_STEP = "/accounts/login/second-step/"
KEY = re.compile(r'<code class="value">([A-Z2-7 ]+)</code>')
RECOVERY = re.compile(r"<li><code>(\d{4} \d{4})</code></li>")


def add_app(person: Person) -> pyotp.TOTP:
    """Add an authenticator app as the page says; return the app."""
    found = KEY.search(person.client.get(reverse("mfa_activate_totp")).text)
    assert found
    app = pyotp.TOTP(found[1].replace(" ", ""))
    answer = person.client.post(reverse("mfa_activate_totp"), {"code": app.now()})
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    return app


def recovery_codes(person: Person) -> list[str]:
    """Return the codes that the page shows."""
    return RECOVERY.findall(person.client.get(reverse("mfa_view_recovery_codes")).text)


def whole_database() -> str:
    """Return everything in every table as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += [str(row) for row in cursor.fetchall()]
    return "\n".join(rows)


def enter(browser: Any, code: str) -> Any:
    return browser.post(SECOND_STEP, {"code": code})


def test_the_app_is_asked_for_after_the_password(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    app = add_app(cast.alice)
    later(monkeypatch, 30)
    browser = new_browser()
    assert sign_in(browser, cast.alice.user.email).headers["Location"] == SECOND_STEP
    assert browser.get(SECOND_STEP).status_code == 200
    assert not is_signed_in(browser)
    code = pyotp.TOTP(app.secret).now()
    assert enter(browser, code).headers["Location"] == reverse("application-list")
    assert is_signed_in(browser)


def test_a_code_opens_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    app = add_app(cast.alice)
    later(monkeypatch, 30)
    code = pyotp.TOTP(app.secret).now()
    first, thief = new_browser(), new_browser()
    for browser in (first, thief):
        sign_in(browser, cast.alice.user.email)
        enter(browser, code)
    assert is_signed_in(first)
    assert not is_signed_in(thief)


def test_without_the_password_there_is_no_second_step(cast: Cast) -> None:
    app = add_app(cast.alice)
    stranger = new_browser()
    assert enter(stranger, app.now()).headers["Location"] == reverse("account_login")
    assert not is_signed_in(stranger)


def test_wrong_codes_close_the_step_and_are_written_down(cast: Cast) -> None:
    app = add_app(cast.alice)
    browser = new_browser()
    sign_in(browser, cast.alice.user.email)
    for number in range(5):
        assert "not right" in enter(browser, f"00000{number}").text
    assert "five minutes" in enter(browser, app.now()).text
    assert not is_signed_in(browser)
    assert verbs(cast.alice.user).count("fail_second_step") == 5


@pytest.mark.parametrize("code", ["", " ", "x" * 10_000, "٣٤٥٦٧٨", "a\0b", "' OR 1=1"])
def test_nonsense_is_a_wrong_code(cast: Cast, code: str) -> None:
    add_app(cast.alice)
    browser = new_browser()
    sign_in(browser, cast.alice.user.email)
    answer = enter(browser, code)
    assert answer.status_code == 200
    assert "errorlist" in answer.text


def test_adding_the_app_is_told_and_written_down(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        add_app(cast.alice)
    letter = mailbox.latest(cast.alice.user.email)
    assert letter.subject == "An authenticator app was added"
    assert "127.0.0.1" in letter.text
    assert {"add_authenticator_app", "make_recovery_codes"} <= set(verbs(cast.alice.user))


def test_the_back_button_after_adding_the_app_does_not_offer_to_remove_it(cast: Cast) -> None:
    add_app(cast.alice)
    answer = cast.alice.client.get(reverse("mfa_activate_totp"), follow=True)
    assert answer.redirect_chain == [(reverse("mfa_index"), 302)]
    assert "You have an authenticator app already." in answer.text
    again = cast.alice.client.post(reverse("mfa_activate_totp"), {"code": "123456"})
    assert again.headers["Location"] == reverse("mfa_index")
    assert Authenticator.objects.filter(user=cast.alice.user, type="totp").count() == 1


def test_keys_and_codes_stand_nowhere_in_the_database(cast: Cast) -> None:
    page = cast.alice.client.get(reverse("mfa_activate_totp")).text
    key = KEY.findall(page)[0].replace(" ", "")
    assert key not in whole_database()
    cast.alice.client.post(reverse("mfa_activate_totp"), {"code": pyotp.TOTP(key).now()})
    codes = recovery_codes(cast.alice)
    assert len(codes) == 10
    kept = whole_database()
    assert Authenticator.objects.filter(user=cast.alice.user).count() == 2
    for secret in (key, *codes, *(code.replace(" ", "") for code in codes)):
        assert secret not in kept


def test_recovery_codes_are_shown_once(cast: Cast) -> None:
    add_app(cast.alice)
    answer = cast.alice.client.get(reverse("mfa_view_recovery_codes"))
    assert len(RECOVERY.findall(answer.text)) == 10
    assert "no-store" in answer.headers["Cache-Control"]
    again = cast.alice.client.get(reverse("mfa_view_recovery_codes")).text
    assert RECOVERY.findall(again) == []
    assert "10 codes are left" in again


def test_a_recovery_code_opens_once(cast: Cast) -> None:
    add_app(cast.alice)
    code = recovery_codes(cast.alice)[0]
    for expected in (True, False):
        browser = new_browser()
        sign_in(browser, cast.alice.user.email)
        enter(browser, code)
        assert is_signed_in(browser) is expected
    assert "9 codes are left" in cast.alice.client.get(reverse("mfa_index")).text


def test_new_recovery_codes_end_the_old_ones(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    add_app(cast.alice)
    old = recovery_codes(cast.alice)
    with django_capture_on_commit_callbacks(execute=True):
        cast.alice.client.post(reverse("mfa_generate_recovery_codes"))
    new = recovery_codes(cast.alice)
    assert len(new) == 10
    assert not set(old) & set(new)
    browser = new_browser()
    sign_in(browser, cast.alice.user.email)
    enter(browser, old[0])
    assert not is_signed_in(browser)
    assert mailbox.latest(cast.alice.user.email).subject == "New recovery codes were made"


def test_removing_the_app_takes_the_codes_with_it(cast: Cast) -> None:
    add_app(cast.alice)
    cast.alice.client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=cast.alice.user).exists()
    browser = new_browser()
    sign_in(browser, cast.alice.user.email)
    assert is_signed_in(browser)
    assert {"remove_authenticator_app", "remove_recovery_codes"} <= set(verbs(cast.alice.user))
    subjects = [letter.subject for letter in mailbox.letters(cast.alice.user.email)]
    assert "The authenticator app was removed" in subjects


def test_a_wrong_first_code_adds_nothing(cast: Cast) -> None:
    cast.alice.client.get(reverse("mfa_activate_totp"))
    answer = cast.alice.client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "not right" in answer.text
    assert not Authenticator.objects.exists()


GARBAGE = ["", "x", "[]", "{}", "null", '{"id": 1}', "[" * 30_000, "[" * 15_000, '{"id": "' + "x" * 30_000 + '"}']
WELL_FORMED = (
    '{"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {}, "response": {'
    '"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "MQ",'
    ' "attestationObject": "AA"}}'
)


ALMOST = [WELL_FORMED, WELL_FORMED.replace("e30", "!"), WELL_FORMED.replace('"MQ"', "7")]


@pytest.mark.parametrize("credential", [*GARBAGE, *ALMOST])
def test_garbage_is_no_passkey(cast: Cast, credential: str) -> None:
    add_app(cast.alice)
    passwordless, halfway = new_browser(), new_browser()
    passwordless.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    answer = passwordless.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert answer.headers["Location"] == reverse("account_login")
    sign_in(halfway, cast.alice.user.email)
    halfway.get(SECOND_STEP)
    assert halfway.post(SECOND_STEP, {"credential": credential}).status_code == 200
    assert not is_signed_in(passwordless)
    assert not is_signed_in(halfway)
    for name in ("mfa_add_webauthn", "mfa_reauthenticate_webauthn"):
        cast.alice.client.get(reverse(name))
        assert cast.alice.client.post(reverse(name), {"credential": credential}).status_code in {200, 302}
    assert not Authenticator.objects.filter(type="webauthn").exists()


def bobs_passkey(cast: Cast) -> Authenticator:
    """Return a passkey of which only the name is good."""
    return Authenticator.objects.create(user=cast.bob.user, type="webauthn", data={"name": "Bob's", "credential": {}})


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_somebody_elses_passkey_does_not_exist(cast: Cast, name: str) -> None:
    passkey = bobs_passkey(cast)
    assert cast.alice.client.post(reverse(name, args=[passkey.pk]), {"name": "Mine"}).status_code == 404
    assert Authenticator.objects.get().data["name"] == "Bob's"


@pytest.mark.parametrize("name", ["x" * 10_000, "", "a\0b"])
def test_a_passkey_has_a_sensible_name(cast: Cast, name: str) -> None:
    passkey = bobs_passkey(cast)
    answer = cast.bob.client.post(reverse("mfa_edit_webauthn", args=[passkey.pk]), {"name": name})
    assert "errorlist" in answer.text
    cast.bob.client.post(reverse("mfa_edit_webauthn", args=[passkey.pk]), {"name": "Laptop"})
    assert Authenticator.objects.get().data["name"] == "Laptop"


def test_the_second_step_does_not_wait_for_ever(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    app = add_app(cast.alice)
    browser = new_browser()
    sign_in(browser, cast.alice.user.email)
    later(monkeypatch, 15 * 60 + 1)
    assert enter(browser, pyotp.TOTP(app.secret).now()).headers["Location"] == reverse("account_login")
    assert User.objects.get(pk=cast.alice.user.pk).is_active
