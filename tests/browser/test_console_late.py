"""The parts of the console that come only when they are needed: late, or not at all."""

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.browser.consoles import (
    GOOD,
    SEARCH,
    button,
    fragment,
    note,
    open_console,
    send,
    status,
)
from tests.browser.windows import late

CLIPBOARD = "if (navigator.clipboard) navigator.clipboard.writeText = async (text) => { window.copied = text; };"
PAST = ".console-past"


def part(name: str) -> str:
    """Return the pattern of a script's address."""
    return f"**/console/{name}.*js"


def lost(route: Route) -> None:
    route.abort("connectionreset")


def wanted(page: Page) -> Locator:
    return page.get_by_role("textbox", name="health_id")


@pytest.fixture
def searched(page: Page) -> list[Request]:
    """Return what goes out for a search."""
    seen: list[Request] = []
    page.on("request", lambda request: seen.append(request) if "/patient/search" in request.url else None)
    return seen


@pytest.mark.parametrize("name", ["request", "validate", "answer", "history"])
def test_send_waits_for_what_comes_late_and_sends_once(page: Page, searched: list[Request], name: str) -> None:
    page.route(part(name), late(page, 400))
    open_console(page, "searchPatient", SEARCH)
    button(page, "send").dblclick()
    expect(status(page)).to_have_text(GOOD)
    expect(page.locator("api-console")).to_have_attribute("aria-busy", "false")
    assert len(searched) == 1


@pytest.mark.parametrize("name", ["request", "answer", "history"])
def test_nothing_is_sent_where_a_part_does_not_come(page: Page, searched: list[Request], name: str) -> None:
    page.route(part(name), lost)
    open_console(page, "searchPatient", SEARCH)
    button(page, "send").click()
    expect(note(page)).to_have_text("The request did not reach the server. Check the connection and send it again.")
    assert searched == []
    expect(wanted(page)).to_have_value(SEARCH["query"]["health_id"])
    page.unroute(part(name))
    send(page)
    expect(status(page)).to_have_text(GOOD)
    assert len(searched) == 1


def test_without_the_validator_the_server_tells(page: Page, searched: list[Request]) -> None:
    page.route(part("validate"), lost)
    open_console(page, "searchPatient", SEARCH)
    button(page, "send").click()
    expect(status(page)).to_have_text(GOOD)
    assert len(searched) == 1


def test_a_shared_link_is_filled_in_before_the_form_can_be_used(page: Page) -> None:
    page.route(part("sharing"), late(page, 400))
    page.goto("/console/operations/searchPatient/" + fragment(SEARCH))
    expect(page.locator("request-form")).to_be_visible()
    assert wanted(page).input_value() == SEARCH["query"]["health_id"]
    expect(note(page)).to_contain_text("Filled in from a link.")


def test_the_history_opens_when_it_is_there(page: Page) -> None:
    open_console(page, "searchPatient", SEARCH)
    send(page)
    page.route(part("past"), lost)
    page.get_by_text("History", exact=True).click()
    expect(page.locator(PAST)).not_to_have_attribute("open", "")
    page.unroute(part("past"))
    page.route(part("past"), late(page, 400))
    page.get_by_text("History", exact=True).click()
    expect(page.locator(f"{PAST} li")).to_have_count(1)
    expect(page.locator(f"{PAST} [data-none]")).to_be_hidden()


def test_a_link_is_copied_when_what_makes_it_is_there(page: Page) -> None:
    page.add_init_script(CLIPBOARD)
    page.route(part("sharing"), lost)
    open_console(page, "searchPatient")
    button(page, "share").click()
    expect(note(page)).to_contain_text("The console could not be loaded.")
    page.unroute(part("sharing"))
    button(page, "share").click()
    expect(note(page)).to_contain_text("Link copied.")
    assert "#request=" in page.evaluate("window.copied")
