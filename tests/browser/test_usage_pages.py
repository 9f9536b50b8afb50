"""The request log and the usage as people see them: live, without scripts, in every theme, on a phone."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, Request, expect

from portal.accounts.published import OWNER
from tests.browser.sessions import shell, sign_in
from tests.browser.test_every_page import SIZES, walk
from tests.browser.windows import Theme, Window, open_window, overflow, shift
from tests.servers import Server

ENOUGH = 20
STATES = """
import json
from datetime import timedelta
from django.utils import timezone
from portal.accounts.models import Organisation
from portal.applications import actions
from portal.applications.models import Application
from portal.audit.actions import Actor
from tests.usage.histories import ago, some_calls, write
by = Actor.operator("test")
organisation = Organisation.objects.get(name="St. Raphael Health")
quiet = [actions.start_application(by=by, organisation=organisation, name="Quiet") for _ in range({many})]
# Of long ago: a page offers the newest apps, and those of the demo are for other tests to pick.
Application.objects.filter(name="Quiet").update(created_at=ago(days=300))
busy, *_ = actions.start_application(by=by, organisation=organisation, name="Busy")
actions.create_client(by=by, application=busy, environment="production", scopes=["patient:read"])
for since, until in ((80, 40), (12, 6), (4, 0)):
    write(some_calls(busy.pk, 60, since=ago(days=since), until=ago(days=until), seed=since))
print("\\n" + json.dumps([[app.public_id, client.client_id, secret, busy.public_id] for app, client, secret in quiet]))
"""
SOON = 2_000
"""Milliseconds until a call must stand in the log."""


@dataclass(frozen=True)
class Places:
    """An app without calls, with its credentials, and one with many."""

    server: Server
    quiet: str
    client_id: str
    secret: str
    busy: str

    def log(self) -> str:
        return f"/applications/{self.quiet}/log/"

    def call(self, secret: str = "") -> int:
        """Ask for a token as the quiet app; return the status."""
        asked = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": secret or self.secret,
        }
        return requests.post(f"{self.server.base_url}/connect/auth/token", json=asked, timeout=20).status_code


@pytest.fixture(scope="module")
def all_places(live: Server) -> Iterator[Places]:
    """Yield places whose quiet app nobody has used."""
    return (Places(live, *found) for found in json.loads(shell(live, STATES, many=ENOUGH)))


@pytest.fixture
def places(all_places: Iterator[Places]) -> Places:
    return next(all_places)


@pytest.fixture
def open_log(window: Window, places: Places) -> Page:
    """Return the log of the app without calls, opened by its owner."""
    sign_in(window.page, OWNER)
    window.page.goto(places.log())
    expect(window.page.get_by_text("Live: new calls appear")).to_be_visible()
    return window.page


def rows(page: Page) -> Locator:
    return page.locator("live-log tbody tr")


@pytest.mark.timed
def test_a_call_stands_in_the_log_within_two_seconds(open_log: Page, places: Places) -> None:
    open_log.evaluate("window.same = true")
    expect(open_log.get_by_text("There is no call yet.")).to_be_visible()
    assert places.call() == 200
    answered = time.monotonic()
    expect(rows(open_log)).to_have_count(1, timeout=SOON)
    assert time.monotonic() - answered < SOON / 1000
    expect(open_log.get_by_text("There is no call yet.")).to_be_hidden()
    expect(open_log.locator("[data-said]")).to_have_text("1 new call")
    assert places.call("wrong") == 401
    expect(rows(open_log)).to_have_count(2, timeout=SOON)
    expect(rows(open_log).first).to_contain_text("401")
    expect(open_log.locator("[data-said]")).to_have_text("1 new call, 1 with an error")
    assert open_log.evaluate("window.same"), "the page was not loaded again"
    rows(open_log).first.get_by_role("link").click()
    expect(open_log.get_by_text("The client could not be authenticated.")).to_be_visible()


@pytest.mark.timed
def test_paused_it_stands_still_and_then_goes_on(open_log: Page, places: Places) -> None:
    open_log.get_by_role("button", name="Live").click()
    expect(open_log.get_by_role("button", name="Paused")).to_have_attribute("aria-pressed", "true")
    asked: list[Request] = []
    open_log.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - Playwright marks its handlers
    places.call()
    open_log.wait_for_timeout(SOON)
    assert asked == []
    expect(rows(open_log)).to_have_count(0)
    open_log.get_by_role("button", name="Paused").click()
    expect(rows(open_log)).to_have_count(1, timeout=SOON)


@pytest.mark.timed
def test_a_hidden_page_does_not_ask(open_log: Page, places: Places) -> None:
    hide = """hidden => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    open_log.evaluate(hide, arg=True)
    asked: list[Request] = []
    open_log.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - Playwright marks its handlers
    places.call()
    open_log.wait_for_timeout(SOON)
    assert len(asked) <= 1, "one may have been under way"
    open_log.evaluate(hide, arg=False)
    expect(rows(open_log)).to_have_count(1, timeout=SOON)


@pytest.mark.timed
def test_nothing_moves_under_the_hand_of_a_reader(open_log: Page, places: Places) -> None:
    places.call()
    expect(rows(open_log)).to_have_count(1, timeout=SOON)
    rows(open_log).first.hover()
    before = rows(open_log).first.bounding_box()
    places.call()
    places.call("wrong")
    show = open_log.get_by_role("button", name="2 new calls")
    expect(show).to_be_visible(timeout=2 * SOON)
    assert rows(open_log).count() == 1
    assert rows(open_log).first.bounding_box() == before
    show.click()
    expect(rows(open_log)).to_have_count(3)
    expect(show).to_be_hidden()


@pytest.mark.timed
def test_it_says_when_the_server_is_gone_and_comes_back(open_log: Page, places: Places) -> None:
    open_log.route("**/log/rows/**", lambda route: route.abort())
    expect(open_log.get_by_text("The connection is lost.")).to_be_visible()
    open_log.unroute("**/log/rows/**")
    places.call()
    expect(rows(open_log)).to_have_count(1, timeout=10_000)
    expect(open_log.get_by_text("The connection is lost.")).to_be_hidden()


def test_it_stops_when_the_reader_is_signed_out(open_log: Page) -> None:
    open_log.context.clear_cookies()
    expect(open_log.get_by_text("You are signed out.")).to_be_visible()


def test_without_scripts_the_log_is_filtered_and_turned(chromium: Browser, places: Places) -> None:
    with open_window(chromium, places.server.url, scripts=False) as window:
        page = window.page
        sign_in(page, OWNER)
        page.goto(f"/applications/{places.busy}/log/")
        table = page.locator(".log tbody tr")
        expect(table).to_have_count(50)
        page.get_by_role("link", name="Older").click()
        expect(table).to_have_count(50)
        page.get_by_role("link", name="Newer").click()
        page.get_by_label("Status").select_option("409")
        page.locator(".filters").get_by_role("button", name="Filter").click()
        expect(page.locator(".log .status-4").first).to_be_visible()
        assert set(page.locator(".log .status").all_text_contents()) == {"409"}
        page.get_by_role("link", name="Clear the filters").click()
        expect(table).to_have_count(50)


@pytest.fixture
def addresses(places: Places) -> list[str]:
    busy, quiet = f"/applications/{places.busy}", f"/applications/{places.quiet}"
    logs = [f"{busy}/log/", f"{busy}/log/?status=409", f"{busy}/log/?status=503", f"{busy}/log/?status=x"]
    return [*logs, f"{quiet}/log/", f"{busy}/usage/", f"{busy}/usage/?days=90&environment=sandbox", f"{quiet}/usage/"]


@pytest.mark.parametrize(("theme", "width"), SIZES)
def test_every_page(chromium: Browser, addresses: list[str], live: Server, theme: Theme, width: int) -> None:
    with open_window(chromium, live.url, width=width, theme=theme) as window:
        sign_in(window.page, OWNER)
        window.page.goto(addresses[0])
        one = window.page.locator(".log a").first.get_attribute("href")
        assert one
        assert walk(window, [*addresses, one], axe=True) == {}


@pytest.mark.parametrize("width", [1440, 390])
def test_longer_words_fit(chromium: Browser, addresses: list[str], live: Server, width: int) -> None:
    """French words are longer; here every word of the page's head and tables grows by a half."""
    grow = """() => {
        const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const node = walker.currentNode;
            if (!node.parentElement.closest('code, svg, time, option')) {
                const longer = word => word + word.slice(0, word.length / 2);
                node.textContent = node.textContent.replace(/[a-z]{5,}/gi, longer);
            }
        }
    }"""
    with open_window(chromium, live.url, width=width) as window:
        sign_in(window.page, OWNER)
        for address in addresses:
            window.page.goto(f"/fr{address}")
            window.page.evaluate(grow)
            assert overflow(window.page) == 0, address


@pytest.mark.timed
def test_the_first_rows_do_not_push_the_page(open_log: Page, places: Places) -> None:
    places.call()
    expect(rows(open_log)).to_have_count(1, timeout=SOON)
    assert shift(open_log) < 0.1
