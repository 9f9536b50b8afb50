"""The review desk in a browser: what scripts add to a decision, and every page of it."""

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.accounts.published import STAFF
from tests.browser.sessions import sign_in
from tests.browser.test_every_page import SIZES, accessibility, appearance, walk
from tests.browser.windows import Theme, open_window
from tests.servers import Server


def open_ward_book(page: Page) -> str:
    """Open the request that the demo's member of the staff has claimed, and return its address."""
    sign_in(page, STAFF)
    page.goto("/review/requests/?q=Ward+Book")
    page.get_by_role("link", name="Ward Book").click()
    expect(page.get_by_role("heading", level=1, name="Ward Book")).to_be_visible()
    return page.url


def test_the_button_counts_and_what_is_written_outlives_a_question(chromium: Browser, live: Server) -> None:
    with open_window(chromium, live.url) as window:
        page = window.page
        open_ward_book(page)
        approve = page.get_by_role("button", name="Approve")
        for scope in ("encounter:push", "prescription:push"):
            page.get_by_label(scope, exact=True).check()
        expect(approve).to_have_text("Approve 2 scopes")
        page.get_by_label("prescription:push", exact=True).uncheck()
        expect(approve).to_have_text("Approve 1 scope")
        page.get_by_label("Why prescription:push is not granted").fill("Only two calls.")
        page.get_by_label("Message to the developers").fill("Half a thought")
        beside = page.locator("#answer-storage")
        beside.get_by_text("Ask about this").click()
        beside.get_by_label("Your question").fill("Which building?")
        beside.get_by_role("button", name="Ask", exact=True).click()
        expect(beside.get_by_text("Which building?")).to_be_visible()
        expect(page.get_by_label("Message to the developers")).to_have_value("Half a thought")
        expect(page.get_by_label("Why prescription:push is not granted")).to_have_value("Only two calls.")
        expect(approve).to_have_text("Approve 1 scope")
        assert window.faults() == []


@pytest.mark.parametrize(("theme", "width"), SIZES)
def test_every_page_of_the_desk(chromium: Browser, live: Server, theme: Theme, width: int) -> None:
    with open_window(chromium, live.url, width=width, theme=theme) as window:
        page = window.page
        ward_book = open_ward_book(page).removeprefix(live.url)
        wrong = walk(
            window, ["/review/requests/", "/review/requests/?q=nobody", ward_book, "/review/reviewers/"], axe=True
        )
        page.goto(ward_book)
        page.get_by_label("Message to the developers").fill("Not now.")
        page.get_by_role("button", name="Decline").click()
        expect(page.get_by_role("heading", level=1, name="Decline the request of Ward Book?")).to_be_visible()
        if faults := [*appearance(page), *accessibility(page)]:
            wrong["declining"] = faults
    assert wrong == {}
