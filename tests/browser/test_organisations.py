"""An organisation in browsers: inviting somebody into a second one, what a viewer does not find, every page."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import PASSWORD, code_for, mails
from tests.browser.test_every_page import SIZES, accessibility, appearance, walk
from tests.browser.windows import Theme, Window, open_window
from tests.servers import Server

OWNER, VIEWER, STAFF = "olga@harbour.example", "viktor@harbour.example", "sofia@opescare.example"
NEWCOMER = "nadia@harbour.example"
LINK = re.compile(r"http://\S+(/invitations/([\w-]+)/)")
PREPARE = """
import json
from allauth.account.models import EmailAddress
from django.conf import settings
from portal.accounts import actions, invitation_actions, recovery_actions
from portal.accounts.models import TermsAcceptance, User
from portal.accounts.recovery_links import stop_token
from portal.applications import actions as applications
from portal.audit.actions import Actor
from portal.connect import glass
from portal.connect.models import BreakGlassOpening, Dataset, Patient

def person(email, name, **fields):
    user = User.objects.create_user(email, {password!r}, name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    TermsAcceptance.objects.create(user=user, version=settings.TERMS_VERSION)
    return user

olga, viktor = person({owner!r}, "Olga Harbour"), person({viewer!r}, "Viktor Harbour")
person({staff!r}, "Sofia Staff", is_staff=True)
by = Actor("user", str(olga), str(olga.pk), "10.2.0.4")
organisation = actions.create_organisation(by=by, owner=olga, name="Harbour Clinic", country="KE", kind="hospital")
member = actions.add_member(by=by, organisation=organisation, user=viktor, role="viewer")
application, client, secret = applications.start_application(by=by, organisation=organisation, name="Harbour HIS")
invitation = invitation_actions.invite(
    by=by, organisation=organisation, inviter=olga, role="developer",
    email="a.very.long.name.that.does.not.fit@hospital-with-a-long-name.example",
)
recovery = recovery_actions.ask_for_recovery(by=by, user=viktor, statement="My telephone fell into the harbour.")
production = Dataset.objects.get_or_create(kind=Dataset.PRODUCTION, application=None)[0]
patient = Patient.objects.get_or_create(dataset=production, health_id="OPC-2026-HARBOUR1", defaults=dict(
    given_name="Amina", family_name="Okafor", sex="female", birth_date="1990-04-12", country="KE"
))[0]
seen, opening = [
    BreakGlassOpening.objects.create(
        dataset=production, patient=patient, application=application, client_id=client.client_id, reason=reason,
        request_id="5f0c1c3e5e0b4b0f8a1d6d1f3f4a2b7c",
    )
    for reason in ("brought in unconscious, no papers", "x" * 200)
]
glass.look_at(by=by, opening=seen, note="Called the ward. " * 20)
print(json.dumps(dict(
    opening=str(opening.public_id), seen=str(seen.public_id),
    organisation=organisation.public_id, application=application.public_id, member=member.pk, secret=secret,
    invitation=invitation.pk, recovery=recovery.public_id, stop=stop_token(recovery, olga.pk),
)))
"""


@dataclass(frozen=True)
class Harbour:
    """What stands in the addresses."""

    organisation: str
    application: str
    secret: str
    member: int
    invitation: int
    recovery: str
    stop: str
    opening: str
    seen: str

    @property
    def home(self) -> str:
        return f"/organisations/{self.organisation}/"


@pytest.fixture(scope="module")
def harbour(live: Server) -> Harbour:
    """Create the organisation."""
    code = PREPARE.format(password=PASSWORD, owner=OWNER, viewer=VIEWER, staff=STAFF)
    said: dict[str, Any] = json.loads(live.manage("shell", "-v", "0", "-c", code))
    return Harbour(**said)


def sign_in(page: Page, email: str, then: str) -> None:
    page.goto(f"/accounts/login/?next={then}")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{then}")


def test_an_invitation_is_accepted_in_a_second_browser(
    chromium: Browser, live: Server, window: Window, harbour: Harbour
) -> None:
    page = window.page
    sign_in(page, OWNER, harbour.home)
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Email address").fill(NEWCOMER)
    page.get_by_label("Viewer").check()
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_role("status")).to_contain_text(f"Invited: {NEWCOMER}")
    mail = mails(live, NEWCOMER)[-1]
    found = LINK.search(mail.get_body(("plain",)).get_content())
    assert found
    with open_window(chromium, live.url, width=390) as second:
        guest = second.page
        guest.goto(found[1])
        guest.get_by_role("link", name="Create an account").click()
        guest.get_by_label("Your name").fill("Nadia")
        guest.get_by_label("Email address").fill(NEWCOMER)
        guest.get_by_label("Password").fill(PASSWORD)
        guest.get_by_label("I accept").check()
        guest.get_by_role("button", name="Create account").click()
        guest.wait_for_url("**/confirm-email/")
        guest.get_by_label("Code from the mail").fill(code_for(live, NEWCOMER))
        guest.get_by_role("button", name="Confirm").click()
        guest.get_by_role("button", name="Join Harbour Clinic").click()
        expect(guest.get_by_role("status")).to_contain_text("Welcome to Harbour Clinic.")
        assert second.faults() == []
        viewer_finds_no_way_to_credentials(guest, harbour)
        guest.goto(found[1])
        expect(guest.get_by_role("status")).to_contain_text("You are a member of Harbour Clinic already.")
    page.reload()
    expect(page.get_by_role("row", name=re.compile("Nadia.*Viewer"))).to_be_visible()
    assert found[2] not in live.log.read_text()


def viewer_finds_no_way_to_credentials(page: Page, harbour: Harbour) -> None:
    """No secret, no last characters of one, no button; and a page that says so where the address is typed."""
    page.goto(f"/applications/{harbour.application}/")
    expect(page.get_by_role("heading", level=1, name="Harbour HIS")).to_be_visible()
    main = page.locator("main").inner_text()
    assert f"…{harbour.secret[-4:]}" not in main
    for words in ("Add secret", "Rotate", "Revoke", "Suspend"):
        assert words not in main
    refused = page.goto(f"/applications/{harbour.application}/sandbox/secrets/new/")
    assert refused is not None
    assert refused.status == 403


def test_removing_a_member_names_them_and_works_without_scripts(chromium: Browser, live: Server) -> None:
    code = PREPARE.replace("Harbour Clinic", "Pier Clinic").format(
        password=PASSWORD, owner="olga@pier.example", viewer="viktor@pier.example", staff="sofia@pier.example"
    )
    pier = Harbour(**json.loads(live.manage("shell", "-v", "0", "-c", code)))
    with open_window(chromium, live.url, scripts=False) as window:
        page = window.page
        sign_in(page, "olga@pier.example", pier.home)
        page.get_by_role("link", name="Remove Viktor Harbour").click()
        page.get_by_label("Type “Viktor Harbour” to remove them").fill("Viktor Harbour")
        page.get_by_role("button", name="Remove", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("Viktor Harbour is no longer a member.")
        page.get_by_role("link", name="Audit log").click()
        expect(page.get_by_text("Olga Harbour removed Viktor Harbour from Pier Clinic", exact=True)).to_be_visible()


def test_the_audit_log_is_exported(window: Window, harbour: Harbour) -> None:
    page = window.page
    sign_in(page, OWNER, f"{harbour.home}audit/")
    page.get_by_label("What").select_option("credentials")
    page.get_by_role("button", name="Filter").click()
    said = f"Olga Harbour added the secret …{harbour.secret[-4:]} to Harbour HIS"
    expect(page.get_by_text(said, exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert said in text
    assert "10.2.0.4" in text
    assert "accounts." not in text


def pages(harbour: Harbour) -> dict[str, list[str]]:
    """Return the addresses that answer 200, by who sees them."""
    home, member = harbour.home, f"{harbour.home}members/{harbour.member}/"
    invitation = f"{home}invitations/{harbour.invitation}/"
    return {
        OWNER: [
            home,
            f"{home}settings/",
            f"{home}settings/close/",
            f"{home}audit/",
            f"{home}audit/?who=nobody",
            f"{home}leave/",
            f"{home}transfer/",
            f"{home}invitations/new/",
            f"{invitation}resend/",
            f"{invitation}withdraw/",
            f"{member}role/",
            f"{member}remove/",
            f"/accounts/recovery/{harbour.recovery}/",
        ],
        VIEWER: [home, f"{home}leave/"],
        STAFF: [
            "/review/recovery/",
            f"/review/recovery/{harbour.recovery}/",
            "/review/break-glass/",
            "/fr/review/break-glass/",
            f"/review/break-glass/{harbour.opening}/",
            f"/review/break-glass/{harbour.seen}/",
        ],
        "": [f"/accounts/recovery/stop/{harbour.stop}/"],
    }


@pytest.mark.parametrize(("theme", "width"), SIZES)
def test_every_page_of_an_organisation(
    chromium: Browser, live: Server, harbour: Harbour, theme: Theme, width: int
) -> None:
    wrong: dict[str, list[str]] = {}
    for email, addresses in pages(harbour).items():
        with open_window(chromium, live.url, width=width, theme=theme) as window:
            if email:
                sign_in(window.page, email, addresses[0])
            wrong |= walk(window, addresses, axe=True)
            if email == OWNER:
                window.page.goto(f"{harbour.home}audit/")
                window.page.locator("details.more summary").first.click()
                if faults := [*appearance(window.page), *accessibility(window.page)]:
                    wrong["an opened difference"] = faults
            window.page.goto("/invitations/not-one/")
            if faults := [*appearance(window.page), *accessibility(window.page)]:
                wrong["a void invitation"] = faults
    assert wrong == {}
