"""The reference in a browser: links into what is folded, the console in place of samples, reading without scripts."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.consoles import send, status
from tests.browser.windows import open_window
from tests.servers import Server

OPERATION = "/reference/operations/searchPatient/"
FOLDED = "200.identifiers[].system"


def test_a_link_to_a_folded_field_unfolds_it_and_a_field_is_the_link_to_itself(chromium: Browser, live: Server) -> None:
    with open_window(chromium, live.url) as window:
        page = window.page
        page.goto(f"{OPERATION}#{FOLDED}")
        field = page.locator(f'[id="{FOLDED}"]')
        expect(field).to_be_in_viewport()
        field.get_by_role("link", name="system").click()
        expect(page).to_have_url(re.compile(re.escape(FOLDED)))
        page.goto(OPERATION)
        expect(field).not_to_be_visible()
        page.evaluate("name => { location.hash = name; }", FOLDED)
        expect(field).to_be_in_viewport()
        assert window.faults() == []


def test_a_stranger_sends_the_request_from_the_reference_by_keyboard(chromium: Browser, live: Server) -> None:
    with open_window(chromium, live.url) as window:
        page = window.page
        page.goto(OPERATION)
        page.get_by_role("button", name="Try it").press("Enter")
        expect(page.get_by_role("tab", name="Try it")).to_be_focused()
        expect(page.locator("code-group")).to_have_count(0)
        page.get_by_role("button", name="Fill with an example").press("Enter")
        send(page)
        expect(status(page)).to_contain_text(re.compile("200"))
        assert window.faults() == []


def test_try_it_is_one_of_the_first_things_after_the_skip_link_and_on_a_phone_stands_at_the_path(
    chromium: Browser, live: Server
) -> None:
    with open_window(chromium, live.url, width=390) as window:
        page = window.page
        page.goto(OPERATION)
        link = page.get_by_role("link", name="Try it")
        expect(link).to_be_in_viewport()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        for _number in range(2):
            page.keyboard.press("Tab")
        expect(link).to_be_focused()
        page.keyboard.press("Enter")
        tab = page.get_by_role("tab", name="Try it")
        expect(tab).to_be_focused()
        expect(tab).to_be_in_viewport()
        link.click()  # a second time: it goes there again, and makes no other
        expect(tab).to_be_focused()
        expect(page.locator("api-console")).to_have_count(1)
        assert window.faults() == []


def test_without_scripts_everything_can_be_read(chromium: Browser, live: Server) -> None:
    with open_window(chromium, live.url, scripts=False) as window:
        page = window.page
        page.goto(OPERATION)
        expect(page.locator(".code-panel pre")).to_have_count(5)
        for panel in page.locator(".code-panel pre").all():
            expect(panel).to_be_visible()
        expect(page.get_by_role("button", name="Try it")).to_have_count(0)
        page.locator("details.inside summary").first.click()
        expect(page.locator(f'[id="{FOLDED}"]')).to_be_visible()
        page.get_by_role("link", name="Try it").press("Enter")
        expect(page).to_have_url(re.compile("/console/operations/searchPatient/$"))
