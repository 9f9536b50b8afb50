"""People with an account: what they do in their windows, and the mails that they get."""

import re
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Page

from tests.browser.test_every_page import accessibility, appearance, structure
from tests.browser.windows import Window, settle
from tests.servers import Server

PASSWORD = "five grey herons wading"
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
