"""Signing up, signing in, the second step and one's own account, in a browser, as people do it."""

import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.test_every_page import SIZES, accessibility, appearance, structure, walk
from tests.browser.windows import Theme, Window, open_window, settle
from tests.servers import Server

PASSWORD = "five grey herons wading"
ENOUGH = 24
CODE = re.compile(r"^[A-Z]{4}-[A-Z]{4}$", re.MULTILINE)
CREATE = """
from allauth.account.models import EmailAddress
from django.conf import settings
from portal.accounts.models import TermsAcceptance, User
for number in range({number}):
    user = User.objects.create_user(f"grace.{{number}}@example.org", {password!r}, name="Grace Wanjiru")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    TermsAcceptance.objects.create(user=user, version=settings.TERMS_VERSION)
"""
OWN_PAGES = [
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/app/add/",
    "/accounts/2fa/passkeys/add/",
    "/accounts/sessions/",
    "/accounts/activity/",
    "/accounts/delete/",
    "/accounts/terms/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
]
PUBLIC_PAGES = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/inactive/",
    "/accounts/deleted/",
]


@dataclass
class Person:
    """Somebody with an account and a window."""

    email: str
    window: Window

    @property
    def page(self) -> Page:
        return self.window.page

    def sign_in(self, *, then: str = "/accounts/profile/") -> None:
        """Give address and password."""
        self.page.goto(f"/accounts/login/?next={then}")
        self.page.get_by_label("Email address").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_load_state()

    def sign_out(self) -> None:
        self.page.locator(".menu summary").click()
        self.page.get_by_role("button", name="Sign out", exact=True).click()
        self.page.wait_for_url("**/")


@pytest.fixture(scope="module")
def addresses(live: Server) -> Iterator[str]:
    """Yield addresses of accounts with a password and nothing else."""
    live.manage("shell", "-v", "0", "-c", CREATE.format(number=ENOUGH, password=PASSWORD))
    return (f"grace.{number}@example.org" for number in range(ENOUGH))


@pytest.fixture
def grace(window: Window, addresses: Iterator[str]) -> Person:
    """Return somebody new."""
    return Person(next(addresses), window)


def mails(live: Server, to: str) -> list[Any]:
    """Return the mails to this address, as they stand in DATA_DIR/mail, the oldest first."""
    live.manage("mail", "--deliver")
    files = sorted((Path(live.environment["DATA_DIR"]) / "mail").glob("*.eml"))
    found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [mail for mail in found if mail["To"] == to]


def code_for(live: Server, to: str) -> str:
    text = mails(live, to)[-1].get_body(("plain",)).get_content()
    found = CODE.search(text.replace("\r", ""))
    assert found, text
    return found[0]


def now(app: pyotp.TOTP, page: Page) -> str:
    """Return the code that the app shows, and that it will still show when the server reads it."""
    left = app.interval - time.time() % app.interval
    if left < 3:
        page.wait_for_timeout(left * 1000)
    return app.now()


def fine(window: Window, name: str) -> None:
    """Look at the page that is open, as `walk` does."""
    settle(window.page)
    faults = [*structure(window.page, ""), *appearance(window.page), *accessibility(window.page), *window.faults()]
    assert faults == [], name


# --- Signing up.


def test_sign_up_with_the_code_from_the_mail(window: Window, live: Server) -> None:
    page, email = window.page, f"zoe.{secrets.token_hex(4)}@example.org"
    page.goto("/accounts/signup/?next=/accounts/profile/")
    page.get_by_label("Your name").fill("Zoe")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill("short")
    page.get_by_label("I accept").check()
    page.get_by_role("button", name="Create account").click()
    expect(page.locator(".errorlist")).to_contain_text("at least 12")
    fine(window, "a refused sign-up")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/confirm-email/")
    fine(window, "the page of the code")
    page.get_by_label("Code from the mail").fill("BBBB-BBBB")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".errorlist")).to_contain_text("not the code")
    page.get_by_label("Code from the mail").fill(code_for(live, email).lower())
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/accounts/profile/")
    expect(page.get_by_label("Name")).to_have_value("Zoe")


def test_the_terms_are_read_without_losing_the_form(window: Window) -> None:
    page = window.page
    page.goto("/accounts/signup/")
    page.get_by_label("Your name").fill("Zoe")
    with window.context.expect_page() as opened:
        page.get_by_role("link", name="terms of use", exact=True).click()
    expect(opened.value.locator("h1")).to_have_text("Terms of use")
    expect(page.get_by_label("Your name")).to_have_value("Zoe")


def test_everything_works_without_scripts(chromium: Browser, live: Server, grace: Person) -> None:
    with open_window(chromium, live.url, scripts=False) as window:
        person = Person(grace.email, window)
        window.page.goto("/accounts/login/")
        expect(window.page.get_by_role("button", name="Use a passkey")).to_be_hidden()
        person.sign_in()
        window.page.goto("/accounts/2fa/passkeys/add/")
        expect(window.page.get_by_role("button", name="Create the passkey")).to_be_hidden()
        expect(window.page.get_by_text("Passkeys need JavaScript")).to_be_visible()
        window.page.goto("/accounts/2fa/app/add/")
        key = window.page.locator(".steps .value").text_content() or ""
        window.page.get_by_role("textbox", name="Code").fill(now(pyotp.TOTP(key.replace(" ", "")), window.page))
        window.page.get_by_role("button", name="Add the app").click()
        expect(window.page.locator(".codes li")).to_have_count(10)
        expect(window.page.get_by_role("button", name="Download")).to_be_hidden()


# --- The authenticator app.


def test_an_app_and_its_recovery_codes(grace: Person, live: Server) -> None:
    page = grace.page
    grace.sign_in(then="/accounts/2fa/")
    page.get_by_role("link", name="Add an authenticator app").click()
    assert page.locator("svg.qr path").count() == 1
    page.get_by_text("Type the key instead").click()
    app = pyotp.TOTP((page.locator(".steps .value").text_content() or "").replace(" ", ""))
    page.get_by_role("textbox", name="Code").fill(now(app, page))
    page.get_by_role("button", name="Add the app").click()
    page.wait_for_url("**/recovery-codes/")
    fine(grace.window, "the recovery codes")
    codes = page.locator(".codes code").all_text_contents()
    assert len(set(codes)) == 10
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    kept = Path(download.value.path()).read_text()
    assert all(code in kept for code in codes)
    page.get_by_role("link", name="I have kept them").click()
    page.go_back()
    settle(page)
    assert page.locator(".codes code").count() == 0
    fine(grace.window, "the recovery codes, a second time")
    grace.sign_out()
    grace.sign_in()
    page.wait_for_url("**/login/second-step/")
    fine(grace.window, "the second step")
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".errorlist").first).to_contain_text("not right")
    page.get_by_role("textbox", name="Code").fill(now(app, page))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/profile/")
    grace.sign_out()
    grace.sign_in()
    page.get_by_role("textbox", name="Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/profile/")
    subjects = [mail["Subject"] for mail in mails(live, grace.email)]
    assert "An authenticator app was added" in subjects


# --- Passkeys, by Chromium's virtual authenticator.


@pytest.fixture
def device(grace: Person) -> Iterator["Device"]:
    """Return a device that keeps passkeys, whose owner says yes."""
    session = grace.window.context.new_cdp_session(grace.page)
    session.send("WebAuthn.enable")
    yield Device(session)
    session.send("WebAuthn.disable")


class Device:
    """Chromium's virtual authenticators."""

    def __init__(self, session: CDPSession) -> None:
        self.session = session
        self.present = self._new()

    def _new(self) -> str:
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added: str = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
        return added

    def another(self) -> None:
        """Take a different device."""
        self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.present})
        self.present = self._new()

    def recognises(self, *, owner: bool) -> None:
        """Say whether finger or face are the owner's."""
        values = {"authenticatorId": self.present, "isUserVerified": owner}
        self.session.send("WebAuthn.setUserVerified", values)


def add_passkey(person: Person, name: str) -> None:
    page = person.page
    page.goto("/accounts/2fa/passkeys/add/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create the passkey").click()


def test_a_passkey_signs_in_and_is_the_second_step(grace: Person, device: Device, live: Server) -> None:
    page = grace.page
    grace.sign_in(then="/accounts/2fa/")
    add_passkey(grace, "Work laptop")
    page.wait_for_url("**/recovery-codes/")
    page.goto("/accounts/2fa/")
    expect(page.get_by_role("rowheader", name="Work laptop")).to_be_visible()
    fine(grace.window, "a passkey in the list")
    grace.sign_out()

    page.goto("/accounts/login/?next=/accounts/sessions/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/accounts/sessions/")
    expect(page.get_by_text("this one")).to_be_visible()
    grace.sign_out()

    grace.sign_in()
    page.wait_for_url("**/login/second-step/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/accounts/profile/")

    page.goto("/accounts/reauthenticate/?next=/accounts/email/")
    page.get_by_role("link", name="Use a passkey").click()
    fine(grace.window, "proving it by a passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/accounts/email/")
    page.goto("/accounts/activity/")
    expect(page.get_by_text("passkey, Chrome on Linux").first).to_be_visible()
    expect(page.get_by_text("password and passkey").first).to_be_visible()
    assert "A passkey was added" in [mail["Subject"] for mail in mails(live, grace.email)]


def test_several_passkeys_are_named_renamed_and_removed(grace: Person, device: Device) -> None:
    page = grace.page
    grace.sign_in(then="/accounts/2fa/")
    add_passkey(grace, "Work laptop")
    page.wait_for_url("**/recovery-codes/")
    add_passkey(grace, "The same laptop")
    expect(page.locator("[data-fault]")).to_contain_text("already holds")
    device.another()
    add_passkey(grace, "")
    page.wait_for_url("**/accounts/2fa/")
    expect(page.get_by_role("rowheader")).to_have_text(["Work laptop", "Passkey 2"])
    page.get_by_role("link", name="Rename Passkey 2").click()
    fine(grace.window, "renaming")
    page.get_by_label("Name").fill("Phone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("rowheader")).to_have_text(["Work laptop", "Phone"])
    page.get_by_role("link", name="Remove Work laptop").click()
    expect(page.locator("h1")).to_have_text("Remove “Work laptop”?")
    fine(grace.window, "removing")
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_role("rowheader")).to_have_text(["Phone"])
    expect(page.get_by_text("It is on")).to_be_visible()


def test_a_passkey_of_somebody_elses_finger_is_none(grace: Person, device: Device) -> None:
    page = grace.page
    grace.sign_in(then="/accounts/2fa/")
    add_passkey(grace, "Work laptop")
    page.wait_for_url("**/recovery-codes/")
    grace.sign_out()
    device.recognises(owner=False)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("[data-fault]")).to_contain_text("cancelled")
    fine(grace.window, "a passkey that was refused")
    device.recognises(owner=True)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/organisations/new/")


def test_a_passkey_that_was_removed_opens_nothing(grace: Person, device: Device) -> None:
    page = grace.page
    grace.sign_in(then="/accounts/2fa/")
    add_passkey(grace, "Work laptop")
    page.wait_for_url("**/recovery-codes/")
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Remove Work laptop").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("It is off")).to_be_visible()
    grace.sign_out()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".messages")).to_contain_text("not accepted")


# --- Leaving.


def test_after_signing_out_the_back_button_shows_nothing_private(grace: Person) -> None:
    page = grace.page
    grace.sign_in(then="/accounts/email/")
    expect(page.get_by_text(grace.email)).to_be_visible()
    page.goto("/accounts/profile/")
    grace.sign_out()
    for _ in range(2):
        page.go_back()
        settle(page)
        assert grace.email not in page.content()
        assert "Grace Wanjiru" not in page.content()
        assert "/accounts/login/" in page.url


def test_another_browser_is_signed_out_from_the_list(grace: Person, chromium: Browser, live: Server) -> None:
    grace.sign_in(then="/accounts/sessions/")
    with open_window(chromium, live.url) as window:
        Person(grace.email, window).sign_in()
        grace.page.reload()
        expect(grace.page.get_by_role("rowheader")).to_have_count(2)
        fine(grace.window, "two sessions")
        grace.page.locator("table").get_by_role("button", name="Sign out").click()
        expect(grace.page.get_by_role("rowheader")).to_have_count(1)
        window.page.goto("/accounts/profile/")
        assert "/accounts/login/" in window.page.url
        assert window.faults() == []


def test_deleting_an_account(grace: Person, live: Server) -> None:
    page = grace.page
    grace.sign_in(then="/accounts/delete/")
    page.get_by_label("Type your email address").fill("somebody@example.org")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.locator(".errorlist")).to_contain_text("not the address")
    page.get_by_label("Type your email address").fill(grace.email)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.locator("h1")).to_have_text("Your account is deleted")
    assert mails(live, grace.email)[-1]["Subject"] == "Your account is deleted"
    grace.sign_in()
    expect(page.locator(".form-errors")).to_contain_text("is wrong")


# --- All of it, in both themes and widths.


@pytest.mark.parametrize(("theme", "width"), SIZES)
def test_every_page_of_an_account(chromium: Browser, live: Server, grace: Person, theme: Theme, width: int) -> None:
    with open_window(chromium, live.url, width=width, theme=theme) as window:
        assert walk(window, PUBLIC_PAGES, axe=True) == {}
        Person(grace.email, window).sign_in()
        assert walk(window, OWN_PAGES, axe=True) == {}


def test_a_page_of_too_many_attempts_says_when(grace: Person) -> None:
    page, began = grace.page, time.monotonic()
    grace.sign_in(then="/accounts/email/")
    page.get_by_label("New email address").fill(f"new.{grace.email}")
    page.get_by_role("button", name="Send the code").click()
    page.wait_for_url("**/confirm-email/")
    page.get_by_role("button", name="Send a new code").click()
    assert time.monotonic() - began < 10
    expect(page.locator("h1")).to_have_text("Too many attempts")
    expect(page.get_by_text("Wait a minute")).to_be_visible()
    fine(grace.window, "too many attempts")
