"""Personal docs: a signed-in reader sees and runs the samples with their own sandbox client; nobody else notices."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from portal.accounts.published import OWNER, STAFF, VIEWER
from portal.applications.published import DEMO_PRODUCTION_CLIENT, DEMO_SANDBOX_CLIENT, SANDBOX_CLIENT
from portal.samples.languages import LANGUAGES
from tests.browser.sessions import shell, unused_session
from tests.browser.test_every_page import SIZES
from tests.browser.windows import Theme, Window, group, open_window, overflow, settle, shift
from tests.servers import Server, running

pytestmark = pytest.mark.xdist_group("personal")  # they have a server of their own
GUIDE = "/guides/getting-started/"
SECOND = "Ward tablets"
APP = """
from portal.accounts.models import Organisation
from portal.applications import actions
from portal.applications.models import Application, Client
from portal.audit.actions import Actor
organisation = Organisation.objects.get(name={organisation!r})
if not Application.objects.filter(name={name!r}).exists():
    actions.start_application(by=Actor.operator("test"), organisation=organisation, name={name!r})
print("\\n" + Client.objects.get(application__name={name!r}).client_id)
"""
SUSPEND = """
from portal.applications import actions
from portal.applications.models import Client
from portal.audit.actions import Actor
client = Client.objects.get(client_id={client_id!r})
by = Actor.operator("test")
actions.{verb}(by=by, client=client, reason="test")
"""
LEDGER = """
import json
from portal.audit.models import ApiCall
rows = ApiCall.objects.filter(client_id={client_id!r}).order_by("id")
print("\\n" + json.dumps(list(rows.values_list("operation", "status", "credential"))))
"""


@dataclass
class Reader:
    """A window, whose page is signed in as soon as `sign_in` was called."""

    window: Window
    live: Server
    asked: list[Request]

    @property
    def page(self) -> Page:
        return self.window.page

    def sign_in(self, email: str = OWNER.email) -> None:
        key = unused_session(self.live, email)
        cookies = (("session", key, True), ("signed_in", "1", False))
        self.window.context.add_cookies(
            [{"name": name, "value": value, "url": self.live.url, "httpOnly": only} for name, value, only in cookies]
        )

    def open(self, address: str = GUIDE) -> None:
        """Open the page and wait until it is personal."""
        self.page.goto(address)
        expect(self.page.locator("html")).to_have_class(re.compile(r"\bpersonal\b"))


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a demo for these tests alone: the picker offers the newest apps, and other tests make many."""
    with running(tmp_path_factory.mktemp("personal")) as server:
        yield server


@pytest.fixture(scope="module")
def second(live: Server) -> str:
    """Return the client id of the newer of two apps."""
    return shell(live, APP, organisation=OWNER.organisation, name=SECOND)


@pytest.fixture
def reader(window: Window, live: Server, second: str) -> Iterator[Reader]:
    """Return a wide window of the demo's owner, who sees the client of the newer app."""
    asked: list[Request] = []
    window.context.on("request", lambda request: asked.append(request) if "/console/" in request.url else None)
    found = Reader(window, live, asked)
    found.sign_in()
    yield found
    if found.page.locator("#client-picker").count():
        pick(found.page, second)


def picker(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Sandbox client in the samples")


def pick(page: Page, client_id: str) -> None:
    with page.expect_response("**/console/choose/"):
        picker(page).select_option(client_id)
    expect(picker(page)).to_be_enabled()


def samples(page: Page) -> dict[str, str]:
    """Return the page's first sample in every language."""
    panels = group(page, 0).locator(".code-panel")
    return {
        panel.get_attribute("data-code") or "": panel.locator("code").text_content() or "" for panel in panels.all()
    }


def run(page: Page, number: int) -> str:
    """Run a group and return its status line."""
    status = group(page, number).locator("[data-status]")
    status.evaluate("one => { one.textContent = ''; }")
    group(page, number).get_by_role("button", name="Run").click()
    expect(status).to_have_text(re.compile(r"^\d+ \d+ ms"))
    return status.text_content() or ""


def answer(page: Page, number: int) -> dict[str, object]:
    found: dict[str, object] = json.loads(group(page, number).locator(".code-answer code").text_content() or "")
    return found


def test_a_stranger_makes_no_call_and_loads_no_script_for_it(window: Window) -> None:
    asked: list[str] = []
    window.context.on("request", lambda request: asked.append(request.url))
    window.page.goto(GUIDE, wait_until="networkidle")
    expect(window.page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    assert not [url for url in asked if "/console/" in url or "personal" in url]
    assert all(SANDBOX_CLIENT.client_id in text for text in samples(window.page).values())
    expect(window.page.locator(".own-note").first).to_be_hidden()


def test_every_language_shows_the_readers_own_client_and_no_secret(reader: Reader, second: str) -> None:
    reader.open()
    shown = samples(reader.page)
    assert list(shown) == [language.key for language in LANGUAGES]
    for text in shown.values():
        assert second in text
        assert "YOUR_CLIENT_SECRET" in text
        assert SANDBOX_CLIENT.client_id not in text
        assert SANDBOX_CLIENT.client_secret not in text
    note = reader.page.locator(".own-note").first
    expect(note).to_be_visible()
    expect(note).to_contain_text("Its secret was shown once")
    note.get_by_role("link", name="Make a new secret").click()
    expect(reader.page).to_have_url(re.compile(r"/applications/\w{10}/"))


def test_the_production_secret_is_shown_to_members_of_its_organisation(window: Window, live: Server) -> None:
    reader = Reader(window, live, [])
    shown = reader.page.locator(".production-secret")
    reader.page.goto(GUIDE)
    expect(shown).to_have_text("not shown")
    reader.sign_in(STAFF.email)
    reader.open()
    expect(shown).to_have_text(DEMO_PRODUCTION_CLIENT.client_secret)
    reader.sign_in(OWNER.email)
    with reader.page.expect_response("**/console/production-secret/"):
        reader.open()
    expect(shown).to_have_text("not shown")


def test_the_name_stands_where_sign_in_stood(reader: Reader) -> None:
    reader.open()
    expect(reader.page.get_by_role("link", name="Sign in", exact=True)).to_have_count(0)
    reader.page.locator("summary", has_text=OWNER.name).click()
    expect(reader.page.get_by_role("button", name="Sign out")).to_be_visible()
    assert len([request for request in reader.asked if request.url.endswith("/console/own/")]) == 1


def test_plain_blocks_show_it_too_but_answers_and_tables_stay(reader: Reader, second: str) -> None:
    reader.open("/guides/authentication/")
    basic = reader.page.locator(".code", has_text="-u ").first
    expect(basic).to_contain_text(f"-u {second}:YOUR_CLIENT_SECRET")
    expect(reader.page.locator(".code", has_text='"active": true')).to_contain_text(SANDBOX_CLIENT.client_id)
    reader.open(GUIDE)
    expect(reader.page.locator("#sandbox-credentials ~ .table").first).to_contain_text(SANDBOX_CLIENT.client_id)


def test_copy_copies_what_is_shown(reader: Reader, second: str) -> None:
    reader.window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.open()
    group(reader.page, 0).locator("[data-copy]").click()
    expect(group(reader.page, 0).locator("[data-copy]")).to_have_text("Copied")
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert copied == samples(reader.page)["curl"].rstrip()
    assert second in copied


def test_run_calls_as_the_own_client_and_the_ledger_shows_it(reader: Reader, second: str) -> None:
    reader.open()
    assert run(reader.page, 0).endswith("token kept for the next step")
    assert answer(reader.page, 0)["expires_in"] == 600
    assert answer(reader.page, 0)["scope"] == "patient:profile:read"
    run(reader.page, 1)
    assert answer(reader.page, 1)["given_name"] == "Amina"
    assert not [request for request in reader.asked if "secret" in (request.post_data or "")]
    rows = json.loads(shell(reader.live, LEDGER, client_id=second))
    assert [row[:2] for row in rows[-2:]] == [["createToken", 200], ["searchPatient", 200]]
    assert all(row[2].startswith("user:") for row in rows[-2:])


def test_run_on_a_page_without_a_token_call(reader: Reader, second: str) -> None:
    before = len(json.loads(shell(reader.live, LEDGER, client_id=second)))
    reader.open("/")
    assert run(reader.page, 0).endswith("a token was fetched first")
    assert answer(reader.page, 0)["given_name"] == "Amina"
    assert len(json.loads(shell(reader.live, LEDGER, client_id=second))) == before + 2


def test_the_picker_switches_tells_and_remembers(reader: Reader, second: str) -> None:
    reader.open()
    expect(picker(reader.page)).to_have_value(second)
    run(reader.page, 0)
    pick(reader.page, DEMO_SANDBOX_CLIENT.client_id)
    assert all(DEMO_SANDBOX_CLIENT.client_id in text for text in samples(reader.page).values())
    expect(reader.page.locator(".person [data-said]")).to_have_text(
        "Samples show the sandbox client of St. Raphael HIS."
    )
    assert run(reader.page, 1).endswith("a token was fetched first")  # the other client's token is not used
    reader.open("/fr/guides/getting-started/")
    assert DEMO_SANDBOX_CLIENT.client_id in samples(reader.page)["curl"]
    reader.open()


def test_a_token_that_comes_after_another_client_was_picked_is_not_used(reader: Reader) -> None:
    reader.open()
    held: list[Route] = []
    reader.page.route("**/console/token/", lambda route: held.append(route), times=1)  # noqa: PLW0108 - Playwright marks it
    with reader.page.expect_request("**/console/token/"):
        group(reader.page, 0).get_by_role("button", name="Run").click()
    pick(reader.page, DEMO_SANDBOX_CLIENT.client_id)
    held[0].continue_()
    expect(group(reader.page, 0).locator("[data-status]")).to_have_text(re.compile(r"^200 \d+ ms"))
    assert run(reader.page, 1).endswith("a token was fetched first")


def test_the_published_client_can_be_picked_and_left_again(reader: Reader, second: str) -> None:
    reader.page.goto(GUIDE)
    reader.open()
    own = samples(reader.page)
    pick(reader.page, "")
    shown = samples(reader.page)
    assert all(SANDBOX_CLIENT.client_secret in text and second not in text for text in shown.values())
    expect(reader.page.locator(".own-note").first).to_be_hidden()
    run(reader.page, 0)
    assert answer(reader.page, 0)["expires_in"] == 3600
    pick(reader.page, second)
    assert samples(reader.page) == own


def test_the_picker_works_by_keyboard_and_says_its_name(reader: Reader) -> None:
    reader.open()
    picker(reader.page).focus()
    with reader.page.expect_response("**/console/choose/"):
        reader.page.keyboard.press("ArrowDown")
    expect(picker(reader.page)).to_be_enabled()
    assert DEMO_SANDBOX_CLIENT.client_id in samples(reader.page)["curl"]
    expect(picker(reader.page)).to_be_focused()


def test_without_a_network_the_picker_goes_back(reader: Reader, second: str) -> None:
    reader.open()
    reader.page.route("**/console/choose/", lambda route: route.abort())
    picker(reader.page).select_option("")
    expect(picker(reader.page)).to_have_value(second)
    assert second in samples(reader.page)["curl"]
    reader.page.unroute("**/console/choose/")


def test_when_the_session_has_ended_run_falls_back_and_says_so(reader: Reader) -> None:
    reader.open()
    reader.window.context.clear_cookies(name="session")
    assert run(reader.page, 1).endswith("You are signed out: this ran as the published client.")
    assert answer(reader.page, 1)["given_name"] == "Amina"
    assert SANDBOX_CLIENT.client_id in samples(reader.page)["curl"]
    expect(reader.page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    assert "signed_in" not in reader.page.evaluate("document.cookie")


def test_signing_out_gives_everybodys_page_back(reader: Reader) -> None:
    reader.open()
    reader.page.locator("summary", has_text=OWNER.name).click()
    reader.page.get_by_role("button", name="Sign out").click()
    reader.page.wait_for_load_state()
    assert "signed_in" not in reader.page.evaluate("document.cookie")
    reader.asked.clear()
    reader.page.goto(GUIDE, wait_until="networkidle")
    assert SANDBOX_CLIENT.client_id in samples(reader.page)["curl"]
    expect(reader.page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    assert reader.asked == []


def test_a_session_that_ended_elsewhere_is_noticed_once(reader: Reader) -> None:
    reader.window.context.clear_cookies(name="session")
    reader.page.goto(GUIDE)
    expect(reader.page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    assert SANDBOX_CLIENT.client_id in samples(reader.page)["curl"]
    assert len(reader.asked) == 1
    reader.page.goto(GUIDE, wait_until="networkidle")
    assert len(reader.asked) == 1


@pytest.mark.parametrize("status", [None, 403, 503])
@pytest.mark.parametrize("broken", ["**/console/own/", "**/personal*.js"])
def test_if_the_personal_part_does_not_come_the_page_is_everybodys(
    reader: Reader, broken: str, status: int | None
) -> None:
    reader.page.route(broken, lambda route: route.fulfill(status=status, body="{}") if status else route.abort())
    reader.page.goto(GUIDE)
    expect(reader.page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    expect(group(reader.page, 0).locator("[data-own=id]").first).to_be_visible()
    run(reader.page, 1)
    assert answer(reader.page, 1)["given_name"] == "Amina"


@pytest.mark.timed
def test_a_suspended_client_is_refused_at_once(reader: Reader, second: str) -> None:
    reader.open()
    run(reader.page, 1)
    shell(reader.live, SUSPEND, client_id=second, verb="suspend_client")
    try:
        deadline = time.monotonic() + 2
        while (status := run(reader.page, 1)).startswith("200") and time.monotonic() < deadline:
            reader.page.wait_for_timeout(100)
        assert status.startswith("401")
        group(reader.page, 1).get_by_role("button", name="Run").click()
        expect(group(reader.page, 1).locator("[data-status]")).to_contain_text("404 No token was given")
        reader.open()
        assert DEMO_SANDBOX_CLIENT.client_id in samples(reader.page)["curl"]
    finally:
        shell(reader.live, SUSPEND, client_id=second, verb="restore_client")
    reader.open()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_flashes_while_the_personal_part_is_on_its_way(
    chromium: Browser, live: Server, second: str, width: int
) -> None:
    with open_window(chromium, live.url, width=width) as window:
        reader = Reader(window, live, [])
        reader.sign_in()
        waiting: list[Route] = []
        reader.page.route("**/console/own/", lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright marks it
        reader.page.goto(GUIDE)
        settle(reader.page)
        expect(group(reader.page, 0)).to_be_visible()
        expect(group(reader.page, 0).locator("[data-own=id]").first).to_be_hidden()
        expect(reader.page.locator(".person > a")).to_be_hidden()
        expect(reader.page.locator(".own-note").first).to_be_hidden()
        waiting[0].continue_()
        expect(group(reader.page, 0).locator("[data-own=id]").first).to_have_text(second)
        expect(group(reader.page, 0).locator("[data-own=id]").first).to_be_visible()
        settle(reader.page)
        assert shift(reader.page) < 0.01


def test_a_viewer_sees_a_name_and_the_published_samples(window: Window, live: Server) -> None:
    reader = Reader(window, live, [])
    reader.sign_in(VIEWER.email)
    reader.open()
    expect(reader.page.locator("summary", has_text=VIEWER.name)).to_be_visible()
    expect(reader.page.locator("#client-picker")).to_have_count(0)
    assert SANDBOX_CLIENT.client_id in samples(reader.page)["curl"]


@pytest.mark.parametrize(("theme", "width"), SIZES)
def test_it_is_accessible_and_nothing_moves(
    chromium: Browser, live: Server, second: str, theme: Theme, width: int
) -> None:
    with open_window(chromium, live.url, width=width, theme=theme) as window:
        reader = Reader(window, live, [])
        reader.sign_in()
        for address in ("/", GUIDE, f"/fr{GUIDE}", "/errors/", "/console/client/"):
            if address == "/console/client/":
                reader.page.goto(address)
            else:
                reader.open(address)
            settle(reader.page)
            assert overflow(reader.page) == 0, address
            reader.page.locator(".menu summary").click()
            assert Axe().run(reader.page).response["violations"] == [], address
            assert shift(reader.page) < 0.01, address
        assert window.faults() == []


@pytest.mark.parametrize("address", ["/guides/record-a-visit/", "/guides/mend-a-batch/"])
def test_a_recipe_runs_as_the_readers_own_client(reader: Reader, address: str) -> None:
    sent: list[str] = []
    reader.window.context.on("request", lambda request: sent.append(request.url) if "/api/v1/" in request.url else None)
    reader.open(address)
    reader.page.get_by_role("button", name="Run all").click()
    done = reader.page.locator(".recipe").get_by_role("status")
    expect(done).to_have_text("Done: every step was answered as it should be.")
    assert (
        len(sent) == reader.page.locator(".recipe li").count() - 1
    )  # the session asked for the token, without a secret
    assert not [url for url in sent if url.endswith("/auth/token")]
    assert len([request for request in reader.asked if request.url.endswith("/console/token/")]) == 1
