"""Recipes on the page: a chain runs as a whole or from its middle, with the values that were really answered."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Route, expect

from tests.browser.test_budgets import KB, first_load, kind
from tests.browser.windows import open_window
from tests.guides.test_samples import empty_sandbox
from tests.servers import Server

VISIT = "/guides/record-a-visit/"
UNCLEAR = "/guides/nobody-is-sure/"
RECIPES = [VISIT, UNCLEAR, "/guides/deliver-lab-results/", "/guides/mend-a-batch/", "/guides/show-your-blood/"]
RESOLVE, PUSH = "**/connect/patients/resolve", "**/connect/records/encounters"
REFUSED = {
    "type": "about:blank",
    "title": "This facility was not granted",
    "status": 403,
    "code": "facility_not_granted",
}


def answers(code: int, body: object) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=code, body=json.dumps(body), content_type="application/problem+json")


def run_all(page: Page) -> None:
    page.get_by_role("button", name="Run all").click()


def said(page: Page) -> Locator:
    return page.locator(".recipe").get_by_role("status")


def results(page: Page) -> list[str]:
    return page.locator(".recipe [data-result]").all_text_contents()


def step(page: Page, name: str) -> Locator:
    return page.locator(f"#call-{name}")


def answer(page: Page, name: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(step(page, name).locator(".code-answer code").text_content() or "")
    return found


def called(sent: list[Request]) -> list[str]:
    """Return the last part of the address of each call, ids left out."""
    paths = [request.url.partition("/connect/")[2].partition("?")[0] for request in sent]
    return [re.sub(r"/(OPC-\w+-\w+|[0-9a-f-]{36})", "/…", path) for path in paths]


@pytest.fixture
def sent(context: BrowserContext) -> list[Request]:
    """Return the requests to the API, as they come."""
    seen: list[Request] = []
    context.on("request", lambda request: seen.append(request) if "/api/v1/" in request.url else None)
    return seen


@pytest.fixture(autouse=True)
def _empty(live: Server) -> None:
    empty_sandbox(live)


def test_run_all_fills_each_step_from_the_answers_before_it(page: Page, sent: list[Request]) -> None:
    page.goto(VISIT)
    placeholder = step(page, "visit").locator("pre [data-value]").first
    expect(placeholder).to_have_text("{patient.health_id}")
    run_all(page)
    expect(said(page)).to_have_text("Done: every step was answered as it should be.")
    assert results(page) == ["200", "201", "201", "200", "200"]
    assert called(sent) == [
        "auth/token",
        "patients/resolve",
        "records/encounters",
        "records/encounters/…",
        "patients/…/diagnostics",
    ]
    health_id, record_id = answer(page, "patient")["health_id"], answer(page, "visit")["id"]
    assert json.loads(sent[2].post_data or "")["health_id"] == health_id
    assert sent[3].url.endswith(f"/{record_id}")
    expect(placeholder).to_have_text(health_id)
    expect(step(page, "visit").locator(".code-taken")).to_have_text(
        f"From an earlier answer: patient.health_id {health_id}"
    )
    expect(step(page, "stored_visit").locator('[data-code="curl"] code')).to_contain_text(f"encounters/{record_id}")
    expect(step(page, "stored_visit").locator('[data-code="php"] code')).to_contain_text("$visit['id']")


def test_it_stops_at_the_first_failure_and_says_why(page: Page, sent: list[Request]) -> None:
    page.goto(VISIT)
    page.route(PUSH, answers(403, REFUSED))
    run_all(page)
    expect(said(page)).to_have_text("Stopped at step 3/5: Push the visit. 403 This facility was not granted")
    assert results(page) == ["200", "201", "403", "", ""]
    assert len(sent) == 3
    expect(page.locator(".recipe [data-state=failed] a")).to_have_attribute("href", "#call-visit")
    assert answer(page, "visit") == REFUSED
    page.unroute(PUSH)
    run_all(page)
    expect(said(page)).to_have_text("Done: every step was answered as it should be.")
    assert results(page) == ["200", "200", "201", "200", "200"]


def test_the_part_of_the_script_that_cannot_be_loaded_is_said(page: Page) -> None:
    page.goto(VISIT)
    page.route("**/recipe*.js", lambda route: route.abort("connectionreset"))
    run_all(page)
    words = "The request did not reach the server. Check the connection and run it again."
    expect(said(page)).to_have_text(words)
    step(page, "visit").get_by_role("button", name="Run").click()
    expect(step(page, "visit").locator("[data-status]")).to_have_text(words)


def test_a_server_that_is_gone_stops_it_too(page: Page) -> None:
    page.goto(VISIT)
    page.route(RESOLVE, lambda route: route.abort("connectionreset"))
    run_all(page)
    expect(said(page)).to_have_text(re.compile("^Stopped at step 2/5: .* The request did not reach the server"))
    assert results(page) == ["200", "✕", "", "", ""]


def test_a_step_alone_runs_what_it_needs_and_no_more(page: Page, sent: list[Request]) -> None:
    page.goto(VISIT)
    run = step(page, "stored_visit").get_by_role("button", name="Run")
    status = step(page, "stored_visit").locator("[data-status]")
    run.click()
    expect(status).to_have_text(re.compile(r"^200 \d+ ms"))
    chain = ["auth/token", "patients/resolve", "records/encounters", "records/encounters/…"]
    assert sorted(called(sent)) == sorted(chain)
    run.click()
    expect(run).not_to_have_attribute("aria-busy", "true")
    assert called(sent)[4:] == ["records/encounters/…"]
    page.evaluate("document.dispatchEvent(new CustomEvent('client', { detail: null }))")
    run.click()
    expect(run).not_to_have_attribute("aria-busy", "true")
    assert sorted(called(sent)[5:]) == sorted(chain)  # another client's values are not this one's


def test_a_step_whose_value_nobody_gave_is_not_sent(page: Page, sent: list[Request]) -> None:
    page.goto(VISIT)
    page.route(RESOLVE, answers(503, {"title": "Not now"}))
    step(page, "visit").get_by_role("button", name="Run").click()
    words = "A step before this one gave no value for it, so this call was not sent."
    expect(step(page, "visit").locator("[data-status]")).to_have_text(words)
    expect(step(page, "patient").locator("[data-status]")).to_contain_text("503")
    assert "records/encounters" not in called(sent)
    page.unroute(RESOLVE)
    step(page, "visit").get_by_role("button", name="Run").click()
    expect(step(page, "visit").locator("[data-status]")).to_have_text(re.compile(r"^201 \d+ ms"))


def test_a_refusal_that_is_meant_stops_nothing(page: Page) -> None:
    page.goto(UNCLEAR)
    run_all(page)
    expect(said(page)).to_have_text("Done: every step was answered as it should be.")
    assert results(page) == ["200", "409", "200", "200"]
    assert answer(page, "profile")["given_name"] == "Amina"


def test_a_value_cannot_leave_its_place(page: Page, sent: list[Request]) -> None:
    """An answer holds whatever it likes; it is one value of the next call and no more."""
    hostile = '../x?"}, "evil": "{visit.id}'
    page.goto(VISIT)
    page.route(RESOLVE, answers(200, {"health_id": hostile}))
    page.route(PUSH, answers(200, {"id": hostile}))
    page.route("**/connect/records/encounters/**", answers(200, {}))
    run_all(page)
    expect(said(page)).to_contain_text("Stopped at step 5/5")  # the real API knows nobody of this name
    pushed = json.loads(next(request for request in sent if request.url.endswith("/encounters")).post_data or "")
    assert pushed["health_id"] == hostile
    assert "evil" not in pushed
    read = next(request for request in sent if "/encounters/" in request.url)
    assert read.url.rpartition("/")[2] == "..%2Fx%3F%22%7D%2C%20%22evil%22%3A%20%22%7Bvisit.id%7D"


def test_keyboard_alone(page: Page) -> None:
    page.goto(VISIT)
    page.locator(".recipe li a").last.focus()
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Run all")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text("Done: every step was answered as it should be.")
    expect(button).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#call-diagnoses$"))


def test_a_slow_step_is_shown_as_running_and_runs_once(page: Page, sent: list[Request]) -> None:
    page.goto(VISIT)
    waiting: list[Route] = []
    page.route(RESOLVE, lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    run_all(page)
    expect(said(page)).to_have_text("Running step 2/5: Find or make the Health ID")
    expect(page.locator(".recipe [data-state=running] a")).to_have_text("Find or make the Health ID")
    expect(page.get_by_role("button", name="Run all")).to_have_attribute("aria-busy", "true")
    run_all(page)
    page.wait_for_timeout(100)
    assert called(sent) == ["auth/token", "patients/resolve"]
    waiting[0].continue_()
    expect(said(page)).to_have_text("Done: every step was answered as it should be.")
    assert len(sent) == 5


@pytest.mark.parametrize("address", [VISIT, f"/fr{VISIT}"])
def test_without_scripts_the_whole_recipe_can_be_read(chromium: Browser, live: Server, address: str) -> None:
    with open_window(chromium, live.url, scripts=False) as window:
        window.page.goto(address)
        expect(window.page.locator("[data-run-all]")).to_be_hidden()
        links = window.page.locator(".recipe li a")
        assert links.count() == 5
        for link in links.all():
            group = window.page.locator(link.get_attribute("href") or "")
            expect(group.locator(".code-answer pre")).to_be_visible()


@pytest.mark.parametrize("address", RECIPES)
def test_first_load(chromium: Browser, live: Server, address: str) -> None:
    transfers = first_load(chromium, live, address)
    sizes = {name: sum(one.size for one in transfers if kind(one) == name) for name in {kind(one) for one in transfers}}
    total = sum(sizes.values())
    print(f"\n{address}: {total / KB:.1f} kB in {len(transfers)} requests: {sizes}")
    assert sizes["js"] <= 6 * KB
    assert total - sizes["woff2"] <= 25 * KB
    assert len(transfers) <= 8
