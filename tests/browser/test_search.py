"""The search field in the header: keyboard alone, what a screen reader hears, phones, slow and broken networks."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.windows import Window, open_window, overflow, shift
from tests.servers import Server

GUIDE = "/guides/getting-started/"
ANSWER = "**/search/answer/**"


def field(page: Page) -> Locator:
    return page.get_by_label("Search docs and endpoints")


def options(page: Page) -> Locator:
    return page.get_by_role("option")


def width(shown: Locator) -> float:
    box = shown.bounding_box()
    return box["width"] if box else 0


def search(page: Page, query: str) -> None:
    """Type as a reader does who has just pressed the key."""
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    page.keyboard.type(query)


def hold_scripts(page: Page, wanted: Callable[[str], bool]) -> list[Route]:
    """Let scripts of these names wait until `let_go`."""
    held: list[Route] = []

    def handle(route: Route) -> None:
        if wanted(route.request.url.rpartition("/")[2].partition(".")[0]):
            held.append(route)
        else:
            route.continue_()

    page.route("**/static/js/**", handle)
    return held


def let_go(held: list[Route]) -> None:
    while held:
        held.pop().continue_()


def test_by_keyboard_alone(page: Page) -> None:
    page.goto(GUIDE)
    search(page, "rotate a secret")
    box = page.get_by_role("combobox", name="Search docs and endpoints")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("listbox", name="Results")).to_be_visible()
    expect(page.locator("form.search [role=status]")).to_have_text(re.compile(r"^\d+ results$"))
    assert not box.get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    first = options(page).first
    expect(first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
    page.keyboard.press("ArrowUp")
    expect(first).not_to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options(page).last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/guides/rotate-a-secret/")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("place", [GUIDE, "/reference/operations/resolvePatient/", "/console/", "/search/"])
def test_what_is_typed_while_the_page_is_still_loading_is_answered(
    chromium: Browser, live: Server, place: str, width: int
) -> None:
    with open_window(chromium, live.url, width=width) as window:
        page, held = window.page, hold_scripts(window.page, lambda name: name not in {"boot", "search"})
        page.goto(place, wait_until="commit")
        expect(field(page)).to_be_visible()
        assert page.evaluate("document.readyState") != "complete"
        page.keyboard.press("/")
        expect(field(page)).to_be_focused()
        page.keyboard.insert_text("find patient")
        expect(options(page).first).to_be_visible()
        assert held, "what delays the page"
        let_go(held)
        page.wait_for_load_state()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("burst", ["type", "insert_text"])
def test_what_is_typed_before_its_script_is_there_is_answered(
    chromium: Browser, live: Server, burst: str, width: int
) -> None:
    with open_window(chromium, live.url, width=width) as window:
        page, held = window.page, hold_scripts(window.page, lambda name: name == "search")
        page.goto("/")
        with page.expect_request("**/js/search*.js"):
            page.keyboard.press("/")
        getattr(page.keyboard, burst)("find patient")
        expect(field(page)).to_have_value("find patient")
        let_go(held)
        expect(options(page).first).to_be_visible()


def test_a_script_that_failed_is_asked_for_again_at_the_next_key(window: Window) -> None:
    page = window.page
    page.goto(GUIDE)
    page.route("**/js/search*.js", lambda route: route.abort(), times=1)
    with page.expect_event("requestfailed"):
        page.keyboard.press("/")
    page.keyboard.type("token")
    expect(options(page).first).to_be_visible()


def test_escape_closes_then_empties_then_leaves(page: Page) -> None:
    page.goto(GUIDE)
    search(page, "token")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".search-panel")).to_be_hidden()
    expect(field(page)).to_have_value("token")
    page.keyboard.press("Escape")
    expect(field(page)).to_have_value("")
    page.keyboard.press("Escape")
    expect(field(page)).not_to_be_focused()


def test_enter_leads_to_the_page_of_results(page: Page) -> None:
    page.goto(GUIDE)
    search(page, "pateint")
    expect(page.locator(".search-note")).to_have_text("Showing results for patient")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=pateint")
    expect(page.get_by_text("Showing results for patient")).to_be_visible()


def test_a_slash_in_a_field_is_a_slash_and_the_key_can_be_switched_off(page: Page) -> None:
    page.goto("/search/")
    own = page.get_by_label("Guides, operations, fields, errors and scopes")
    own.press("/")
    expect(own).to_have_value("/")
    page.get_by_label("The / key goes to the search field").uncheck()
    page.goto(GUIDE)
    page.keyboard.press("/")
    expect(field(page)).not_to_be_focused()


def test_the_last_query_wins_however_answers_arrive(page: Page) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        if "q=token" in route.request.url:
            waiting.append(route)
        else:
            route.continue_()

    page.goto(GUIDE)
    page.route(ANSWER, hold)
    with page.expect_request(ANSWER):
        search(page, "token")
    field(page).fill("break glass")
    expect(options(page).first).to_contain_text("Break the glass")
    for route in waiting:
        route.fulfill(body=json.dumps({"said": "late", "html": '<a role="option">late</a>'}))
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_contain_text("Break the glass")


def test_escape_gives_up_what_was_asked(page: Page) -> None:
    waiting: list[Route] = []
    page.goto(GUIDE)
    page.route(ANSWER, lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    with page.expect_request(ANSWER):
        search(page, "token")
    with page.expect_event("requestfailed"):
        page.keyboard.press("Escape")
    expect(field(page)).to_have_value("")
    expect(page.locator(".search-panel")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(field(page)).not_to_be_focused()


def test_a_failure_is_not_told_to_whoever_has_left_meanwhile(page: Page) -> None:
    page.goto(GUIDE)
    sheets: list[Route] = []
    page.route("**/css/search.*css", lambda route: sheets.append(route))  # noqa: PLW0108 - as above
    page.route(ANSWER, lambda route: route.abort())
    with page.expect_request("**/css/search.*css"):
        search(page, "token")
    page.keyboard.press("Tab")
    expect(field(page)).not_to_be_focused()
    with page.expect_response("**/css/search.*css"):
        sheets[0].continue_()
    expect(page.locator("form.search [role=status]")).to_have_text("")
    expect(page.locator(".search-panel")).to_be_hidden()


def test_being_offline_is_said_and_the_next_try_works(window: Window) -> None:
    page = window.page
    page.goto(GUIDE)
    search(page, "token")
    expect(options(page).first).to_be_visible()
    window.context.set_offline(True)
    field(page).fill("secret")
    expect(page.locator(".search-panel")).to_have_text("You are offline. Connect to search.")
    window.context.set_offline(False)
    field(page).fill("secrets")
    expect(options(page).first).to_be_visible()


@pytest.mark.parametrize(("status", "body"), [(429, '{"said": "Wait.", "html": ""}'), (500, "<html>"), (502, "{}")])
def test_a_refusal_is_said(page: Page, status: int, body: str) -> None:
    page.goto(GUIDE)
    page.route(ANSWER, lambda route: route.fulfill(status=status, body=body))
    search(page, "token")
    said = "Wait." if status == 429 else "The search did not answer. Press Enter to try again."
    expect(page.locator(".search-panel")).to_have_text(said)


def test_on_a_phone_the_field_opens_over_the_header(phone: Window) -> None:
    page = phone.page
    page.goto(GUIDE)
    assert 24 <= width(field(page)) <= 60
    field(page).click()
    page.keyboard.type("token")
    expect(options(page).first).to_be_visible()
    assert width(field(page)) > 300
    assert overflow(page) <= 0
    with page.expect_navigation():
        options(page).first.click()


def test_without_scripts_it_is_a_form(chromium: Browser, live: Server) -> None:
    with open_window(chromium, live.url, scripts=False) as window:
        window.page.goto(GUIDE)
        field(window.page).fill("rotate a secret")
        field(window.page).press("Enter")
        window.page.wait_for_url("**/search/?q=rotate+a+secret")
        window.page.get_by_role("link", name="Rotate a secret", exact=True).first.click()
        window.page.wait_for_url("**/guides/rotate-a-secret/")


def test_the_script_comes_with_the_first_use_and_moves_nothing(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(GUIDE, wait_until="networkidle")
    assert not [url for url in asked if "/js/search" in url or "/css/search." in url]
    search(page, "token")
    expect(options(page).first).to_be_visible()
    assert [url for url in asked if "/js/search" in url]
    assert shift(page) < 0.01
