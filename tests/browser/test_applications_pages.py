"""Pages of apps and their credentials, in every state: what a glance would miss, and what a viewer may not see."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from portal.accounts.published import OWNER, VIEWER
from portal.applications.published import DEMO_SANDBOX_CLIENT
from tests.browser.sessions import sign_in
from tests.browser.test_every_page import SIZES, accessibility, appearance, structure, walk
from tests.browser.windows import Theme, open_window
from tests.servers import Server, running

pytestmark = pytest.mark.xdist_group("applications")  # they have a server of their own
STATES = """
from datetime import timedelta
from django.utils import timezone
from joserfc.jwk import ECKey
from portal.accounts.models import Organisation
from portal.applications import actions
from portal.applications.models import ClientSecret
from portal.audit.actions import Actor
from portal.audit.models import ApiCall
by = Actor.operator("test")
def start(name):
    organisation = Organisation.objects.get(name="St. Raphael Health")
    application, client, _secret = actions.start_application(by=by, organisation=organisation, name=name)
    return application, client, ClientSecret.objects.get(client=client)
busy, client, old = start("Busy")
actions.create_client(by=by, application=busy, environment="production", scopes=["patient:read"])
actions.rotate_secret(by=by, secret=old, overlap=timedelta(days=7), label="new")
for hours in (0.05, 3, 30):
    ApiCall.objects.create(
        at=timezone.now() - timedelta(hours=hours), request_id="x", client_id=client.client_id,
        application_id=busy.pk, credential=f"secret:{old.pk}", address="10.2.0.4", method="POST",
        operation="createToken", outcome="allowed", status=200, duration_us=1)
gone = actions.add_secret(by=by, client=client, label="a label of sixty characters, which is as long as one may be..")
actions.revoke_secret(by=by, secret=ClientSecret.objects.latest("pk"))
key = ECKey.generate_key("P-384", auto_kid=True, private=False).as_dict(private=False)
actions.set_public_keys(by=by, client=client, jwks={"keys": [key]}, url="https://keys.example.org/jwks.json")
client.refresh_from_db()
client.jwks_fault = "The server could not be reached."
client.save()
suspended, client, _old = start("Suspended")
actions.suspend_client(by=by, client=client, reason="Its secret stood on a public page.")
closed, _client, _old = start("Closed")
actions.close_application(by=by, application=closed)
print("\\n" + " ".join([busy.public_id, str(old.pk), suspended.public_id, closed.public_id,
                        busy.organisation.public_id]))
"""


@dataclass(frozen=True)
class Places:
    """A server, and where its apps are in which state."""

    server: Server
    busy: str
    secret: str
    suspended: str
    closed: str
    organisation: str

    def pages(self) -> list[str]:
        """Return every page of an owner."""
        app, secret = f"/applications/{self.busy}/", f"/applications/{self.busy}/secrets/{self.secret}/"
        return [
            "/applications/",
            "/applications/?q=nothing+like+it",
            f"/applications/new/{self.organisation}/",
            *(f"{app}{page}" for page in ("", "settings/", "settings/close/")),
            *(f"{app}sandbox/{page}/" for page in ("secrets/new", "keys", "keys/remove", "suspend")),
            *(f"{secret}{page}" for page in ("", "rotate/", "revoke/")),
            f"/applications/{self.suspended}/",
            f"/applications/{self.suspended}/sandbox/restore/",
            f"/applications/{self.closed}/settings/",
        ]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with running(tmp_path_factory.mktemp("pages")) as server:
        yield Places(server, *server.manage("shell", "-v", "0", "-c", STATES).splitlines()[-1].split())


@pytest.mark.parametrize(("theme", "width"), SIZES)
def test_every_page_of_an_owner(chromium: Browser, places: Places, theme: Theme, width: int) -> None:
    with open_window(chromium, places.server.url, theme=theme, width=width) as window:
        sign_in(window.page, OWNER)
        assert walk(window, places.pages(), axe=True) == {}


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_the_answer_that_shows_a_secret(chromium: Browser, places: Places, theme: Theme, width: int) -> None:
    with open_window(chromium, places.server.url, theme=theme, width=width) as window:
        page = window.page
        sign_in(page, OWNER)
        page.goto(f"/applications/new/{places.organisation}/")
        page.get_by_label("Name", exact=True).fill("Shown")
        page.get_by_role("button", name="Create app").click()
        expect(page.get_by_role("heading", name="Your app is ready")).to_be_visible()
        faults = [*structure(page, page.url), *appearance(page), *accessibility(page), *window.faults()]
        assert faults == []


def test_a_viewer_sees_no_secret_and_no_way_to_one(chromium: Browser, places: Places) -> None:
    with open_window(chromium, places.server.url) as window:
        sign_in(window.page, VIEWER)
        for address in (f"/applications/{places.busy}/", f"/applications/{places.busy}/settings/", "/applications/"):
            window.page.goto(address)
            expect(window.page.locator("main form[method=post], main a[href*='/secrets/']")).to_have_count(0)
        window.page.get_by_role("link", name=DEMO_SANDBOX_CLIENT.application).first.click()
        expect(window.page.get_by_text(DEMO_SANDBOX_CLIENT.client_id)).to_be_visible()
        expect(window.page.get_by_text("Its secrets are for those who build it")).to_be_visible()
        refused = window.page.goto(f"/applications/{places.busy}/secrets/{places.secret}/")
        assert refused is not None
        assert refused.status == 403
