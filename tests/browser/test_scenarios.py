"""A conformance scenario as a developer does it: the page moves while their own program calls."""

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.accounts.published import OWNER
from tests.approvals.test_scenarios_with_clients import APP, Program
from tests.browser.sessions import shell, sign_in
from tests.browser.windows import Window, open_window
from tests.servers import Server


@pytest.fixture
def program(live: Server) -> Program:
    application, client_id, secret = shell(live, APP, organisation=OWNER.organisation).split()
    return Program(live, application, client_id, secret)


def start(page: Page, program: Program, title: str) -> None:
    page.goto(f"/applications/{program.application}/production/scenarios/")
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name="Start a run").click()


def person_on(page: Page) -> dict[str, str]:
    """Read whom the page says to send."""
    names = page.locator(".sent dt").all_inner_texts()
    return dict(zip(names, page.locator(".sent dd").all_inner_texts(), strict=True))


def test_the_page_moves_while_the_program_calls(window: Window, program: Program) -> None:
    page = window.page
    sign_in(page, OWNER)
    start(page, program, "The same person again")
    page.evaluate("window.same = true")
    expect(page.get_by_text("0 of 2 steps done")).to_be_visible()
    person = person_on(page)
    assert program.resolve(person).status_code == 201
    expect(page.locator(".standing").first).to_contain_text("1 of 2 steps done")
    expect(page.locator("[data-said]")).to_contain_text("1 of 2 steps done")
    assert page.evaluate("window.same"), "the page was not loaded again"
    assert program.resolve(person).status_code == 200
    expect(page.get_by_role("button", name="Run it again")).to_be_visible()
    expect(page.locator(".run-state")).to_have_text("Passed")
    page.locator(".run-steps a").last.click()
    expect(page.get_by_role("heading", name="/connect/patients/resolve")).to_be_visible()
    assert window.faults() == []


def test_without_scripts_one_looks_again_and_reads_why_it_failed(
    chromium: Browser, live: Server, program: Program
) -> None:
    with open_window(chromium, live.url, width=390, scripts=False) as window:
        page = window.page
        sign_in(page, OWNER)
        start(page, program, "The same person again")
        person = person_on(page)
        another = {**person, "family_name": "Mukwazhe", "birth_date": "1961-02-03", "local_number": "X"}
        assert [program.resolve(one).status_code for one in (person, another)] == [201, 201]
        page.get_by_role("link", name="Look again").click()
        expect(page.locator(".danger-box")).to_contain_text("A second Health ID was made")
        page.get_by_role("link", name="The call that ended the run").click()
        expect(page.get_by_role("heading", name="/connect/patients/resolve")).to_be_visible()
        page.go_back()
        page.get_by_role("button", name="Run it again").click()
        expect(page.get_by_role("heading", name="Run 2")).to_be_visible()
