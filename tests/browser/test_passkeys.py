"""Passkeys, by Chromium's virtual authenticator."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession, expect

from tests.browser.people import Person, fine, mails
from tests.servers import Server


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
