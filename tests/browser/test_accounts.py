"""Signing up, signing in, the second step and one's own account, in a browser, as people do it."""

import secrets
import time
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import PASSWORD, Person, code_for, fine, mails, now
from tests.browser.test_every_page import SIZES, walk
from tests.browser.windows import Theme, Window, open_window, settle
from tests.servers import Server

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


@pytest.mark.timed
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
