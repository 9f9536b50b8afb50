"""Production asks and stays rose; the history and shared links keep what may be kept; secrets are nowhere."""

import base64
import json
import re
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from portal.applications.published import DEMO_PRODUCTION_CLIENT, SANDBOX_CLIENT
from tests.browser.consoles import (
    GOOD,
    SEARCH,
    button,
    choose_production,
    fragment,
    note,
    open_console,
    send,
    status,
    token_field,
)
from tests.browser.test_every_page import accessibility
from tests.servers import Server

SECRET = "typed-secret-3f9a1c77b2"
STORED = """async () => JSON.stringify({
    local: { ...localStorage }, session: { ...sessionStorage }, cookies: document.cookie,
    databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length, address: location.href,
})"""
CLIPBOARD = "if (navigator.clipboard) navigator.clipboard.writeText = async (text) => { window.copied = text; };"
PERSON = {
    "source": "his",
    "local_number": "MRN-KEEPING",
    "given_name": "Real",
    "family_name": "Zebrowska",
    "sex": "female",
    "birth_date": "1988-02-29",
}


def token_of(live: Server, client: Any) -> str:
    credentials = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
    }
    answer = requests.post(f"{live.base_url}/connect/auth/token", json=credentials, timeout=60)
    return str(answer.json()["access_token"])


@pytest.fixture
def sent(context: BrowserContext) -> list[Request]:
    """Return the calls, as they come."""
    seen: list[Request] = []
    context.on("request", lambda request: seen.append(request) if "/v1/connect/" in request.url else None)
    return seen


def history(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page.evaluate("localStorage['console-history'] ?? '[]'"))
    return found


def test_production_needs_a_token_of_production_and_asks_before_each_write(
    page: Page, live: Server, sent: list[Request]
) -> None:
    open_console(page, "resolvePatient", {"media_type": "application/json", "body": PERSON})
    choose_production(page)
    button(page, "send").click()
    expect(note(page)).to_have_text("Paste an access token first.")
    expect(token_field(page)).to_be_focused()
    for token, words in (
        (token_of(live, SANDBOX_CLIENT), "This token is of the sandbox. It is not sent"),
        ("abc.def.ghi", "This is not an access token of this API"),
        (f"{token_of(live, DEMO_PRODUCTION_CLIENT)}…", "This is not an access token of this API"),
    ):
        token_field(page).fill(token)
        button(page, "send").click()
        expect(note(page)).to_contain_text(words)
    production = token_of(live, DEMO_PRODUCTION_CLIENT)
    token_field(page).fill(f"Bearer {production} ")
    button(page, "send").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"POST {live.url}/v1/connect/patients/resolve")
    expect(dialog).to_contain_text(DEMO_PRODUCTION_CLIENT.client_id)
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert list(accessibility(page)) == []
    page.keyboard.press("Escape")
    expect(note(page)).to_have_text("Nothing was sent.")
    assert sent == []
    button(page, "send").click()
    dialog.get_by_role("button", name="Send to production").click()
    expect(status(page)).to_have_text("201 Created")
    expect(page.locator("api-console")).to_have_attribute("data-environment", "production")
    assert [request.url for request in sent] == [f"{live.url}/v1/connect/patients/resolve"]
    assert sent[0].headers["authorization"] == f"Bearer {production}"
    expect(button(page, "share")).to_be_hidden()
    assert [(one["environment"], "values" in one) for one in history(page)] == [("production", False)]
    kept = page.evaluate(STORED)
    for word in (production, "Zebrowska", "MRN-KEEPING"):
        assert word not in kept.partition('"address"')[0]


def test_a_link_that_comes_while_a_person_is_asked_changes_nothing(
    page: Page, live: Server, sent: list[Request]
) -> None:
    somebody = {**PERSON, "local_number": "MRN-ASKED", "family_name": "Zawada", "birth_date": "1971-05-03"}
    open_console(page, "resolvePatient", {"media_type": "application/json", "body": somebody})
    choose_production(page)
    token_field(page).fill(token_of(live, DEMO_PRODUCTION_CLIENT))
    button(page, "send").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    other = fragment({"media_type": "application/json", "body": {**somebody, "given_name": "Another"}})
    page.evaluate("(other) => { location.hash = other; }", other)
    page.wait_for_url(f"**{other}")
    dialog.get_by_role("button", name="Send to production").click()
    expect(status(page)).to_have_text(re.compile("^20[01] "))
    expect(page.get_by_label("Environment")).to_have_value("production")
    assert "Real" in (sent[0].post_data or "")
    assert [(one["environment"], "values" in one) for one in history(page)] == [("production", False)]


def test_one_yes_sends_once_and_no_double_click_says_it(page: Page, live: Server, sent: list[Request]) -> None:
    somebody = {**PERSON, "local_number": "MRN-ONCE", "family_name": "Zuluaga", "birth_date": "1964-09-17"}
    open_console(page, "resolvePatient", {"media_type": "application/json", "body": somebody})
    choose_production(page)
    token_field(page).fill(token_of(live, DEMO_PRODUCTION_CLIENT))
    asking = "**/console/asking.*js"
    held: list[Route] = []
    page.route(asking, lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    with page.expect_request(asking):
        button(page, "send").click()
    button(page, "send").click()
    button(page, "send").press("Control+Enter")
    held[0].continue_()
    yes = page.get_by_role("dialog").get_by_role("button", name="Send to production")
    yes.hover()
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    expect(yes).to_be_visible()
    page.keyboard.press("Control+Enter")
    assert sent == []
    yes.click()
    expect(status(page)).to_have_text(re.compile("^20[01] "))
    expect(page.locator("api-console")).to_have_attribute("aria-busy", "false")
    assert len(sent) == 1


def test_the_history_changes_nothing_while_a_request_is_under_way(page: Page) -> None:
    open_console(page, "searchPatient", SEARCH)
    send(page)
    page.locator(".console [data-past] summary").click()
    page.get_by_label("health_id", exact=True).fill("OPC-2024-DEMO2")
    held: list[Route] = []
    page.route("**/patient/search*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    with page.expect_request("**/patient/search*"):
        button(page, "send").click()
    page.get_by_role("button", name="Fill in: GET /connect/patient/search").click()
    expect(page.get_by_label("health_id", exact=True)).to_have_value("OPC-2024-DEMO2")
    held[0].abort()
    expect(page.locator("api-console")).to_have_attribute("aria-busy", "false")


def test_a_production_token_is_not_sent_to_the_sandbox(page: Page, live: Server, sent: list[Request]) -> None:
    open_console(page, "searchPatient", SEARCH)
    page.get_by_label("App", exact=True).select_option("paste")
    token_field(page).fill(token_of(live, DEMO_PRODUCTION_CLIENT))
    expect(page.locator(".console [data-token-fault]")).to_contain_text("This token is of production. It is not sent")
    button(page, "send").click()
    expect(note(page)).to_contain_text("This token is of production.")
    assert sent == []
    token_field(page).fill(token_of(live, SANDBOX_CLIENT))
    send(page)
    expect(status(page)).to_have_text(GOOD)


def test_reading_in_production_does_not_ask(page: Page, live: Server) -> None:
    open_console(page, "getPatient", {"path": {"health_id": "OPC-2024-DEMO1"}})
    choose_production(page)
    token_field(page).fill(token_of(live, DEMO_PRODUCTION_CLIENT))
    send(page)
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(status(page)).not_to_have_text("")


def test_the_answer_of_one_environment_does_not_stand_in_the_other(page: Page) -> None:
    open_console(page, "searchPatient", SEARCH)
    send(page)
    choose_production(page)
    expect(page.locator(".console-answer")).to_be_hidden()


def test_production_on_a_host_of_its_own_is_shown_and_not_sent(page: Page, sent: list[Request]) -> None:
    server = "https://api.example.org/v1"
    page.route(
        "**/console/shell/",
        lambda route: route.fulfill(
            response=(shell := route.fetch()),
            body=shell.text()
            .replace('data-production-base="/v1"', 'data-production-base=""')
            .replace('data-production-server="', f'data-production-server="{server}" data-before="'),
        ),
    )
    open_console(page, "searchPatient", SEARCH)
    choose_production(page)
    expect(page.locator(".console [data-elsewhere]")).to_contain_text(f"This API answers at {server}.")
    expect(token_field(page)).to_be_hidden()
    page.get_by_role("button", name="Show request").click()
    for name in ("cURL", "PHP", "JavaScript", "Python", "Java"):
        page.get_by_role("tab", name=name, exact=True).click()
        expect(page.locator(".console [data-languages] code")).to_contain_text(f"{server}/connect/patient/search")
    assert sent == []


def test_the_history_fills_in_sends_again_and_is_deleted(page: Page, sent: list[Request]) -> None:
    open_console(page, "searchPatient", SEARCH)
    send(page)
    open_console(page, "searchPatient")
    page.locator(".console [data-past] summary").click()
    expect(page.locator(".console [data-past] li")).to_have_count(1)
    page.get_by_role("button", name="Fill in: GET /connect/patient/search").click()
    expect(page.get_by_label("health_id", exact=True)).to_have_value("OPC-2024-DEMO1")
    choose_production(page)
    page.get_by_role("button", name="Send again: GET /connect/patient/search").click()
    expect(status(page)).to_have_text(GOOD)
    expect(page.locator("api-console")).to_have_attribute("data-environment", "sandbox")
    assert all("/api/v1/" in request.url for request in sent)
    expect(page.locator(".console [data-past] li")).to_have_count(2)
    page.get_by_role("button", name="Delete: GET /connect/patient/search").first.click()
    expect(page.locator(".console [data-past] li")).to_have_count(1)
    page.get_by_role("button", name="Delete all").click()
    expect(page.locator(".console [data-none]")).to_be_visible()
    assert history(page) == []


def test_an_entry_of_another_operation_leads_there(page: Page) -> None:
    open_console(page, "searchPatient", SEARCH)
    send(page)
    open_console(page, "listBloodInventory")
    page.locator(".console [data-past] summary").click()
    page.get_by_role("link", name="Open: GET /connect/patient/search").click()
    expect(page.get_by_label("health_id", exact=True)).to_have_value("OPC-2024-DEMO1")
    expect(note(page)).to_contain_text("Filled in from a link.")


@pytest.mark.parametrize("broken", ["full", "absent", "spoiled"])
def test_a_storage_that_cannot_keep_anything(page: Page, broken: str) -> None:
    scripts = {
        "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
        "absent": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no'); } });",
        "spoiled": "localStorage.setItem('console-history', JSON.stringify([null, 7, { id: 1 }, { values: [] },"
        " { id: '1', at: 9e15, operation: 'x', method: 'GET', path: '/', status: 200 }]));",
    }
    page.add_init_script(f"if (location.protocol === 'http:') {{ {scripts[broken]} }}")
    open_console(page, "searchPatient", SEARCH)
    send(page)
    expect(status(page)).to_have_text(GOOD)
    page.locator(".console [data-past] summary").click()
    expect(page.locator(".console [data-past] li")).to_have_count(1 if broken == "spoiled" else 0)


def test_fifty_requests_are_remembered(page: Page) -> None:
    open_console(page, "searchPatient", SEARCH)
    send(page)
    page.evaluate(
        """() => { const [one] = JSON.parse(localStorage['console-history']);
            localStorage['console-history'] = JSON.stringify(Array(60).fill(one)); }"""
    )
    send(page)
    assert len(history(page)) == 50


def test_a_shared_link_fills_the_form_and_sends_nothing(page: Page, sent: list[Request]) -> None:
    page.add_init_script(CLIPBOARD)
    open_console(page, "searchPatient", SEARCH)
    button(page, "share").click()
    expect(note(page)).to_contain_text("Link copied.")
    link = page.evaluate("window.copied")
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_label("health_id", exact=True)).to_have_value("OPC-2024-DEMO1")
    expect(note(page)).to_contain_text("Look at it before you send it.")
    page.wait_for_load_state("networkidle")
    assert sent == []


def test_where_nothing_can_be_copied_the_address_holds_the_request(page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined });")
    page.goto("/reference/operations/searchPatient/")
    page.get_by_role("button", name="Try it").click()
    page.get_by_label("health_id", exact=True).fill("OPC-2024-DEMO1")
    button(page, "share").click()
    expect(note(page)).to_contain_text("The address of this page now holds what you filled in")
    page.reload()
    expect(page.get_by_label("health_id", exact=True)).to_have_value("OPC-2024-DEMO1")


@pytest.mark.parametrize(
    "spoiled",
    [
        "#request=!!!",
        "#request=bm9wZQ",
        "#request=" + base64.urlsafe_b64encode(b'{"query": []}').decode(),
        "#request=" + "A" * 9_000,
    ],
)
def test_a_link_that_is_no_request_changes_nothing(page: Page, sent: list[Request], spoiled: str) -> None:
    page.goto(f"/console/operations/searchPatient/{spoiled}")
    expect(note(page)).to_have_text("The link could not be read. The form is as it was.")
    expect(page.get_by_label("health_id", exact=True)).to_have_value("")
    assert sent == []


def test_a_link_with_more_than_values_brings_only_values(page: Page, sent: list[Request]) -> None:
    hostile = {
        "query": {"health_id": "<img src=x onerror=alert(1)>", "__proto__": {"a": 1}},
        "environment": "production",
    }
    page.goto("/console/operations/searchPatient/" + fragment({**hostile, "token": "t", "send": True}))
    expect(page.get_by_label("health_id", exact=True)).to_have_value("<img src=x onerror=alert(1)>")
    expect(page.get_by_label("Environment")).to_have_value("sandbox")
    assert sent == []


def test_a_secret_is_nowhere_afterwards(page: Page, live: Server, sent: list[Request]) -> None:
    """Typed, sent, shown in five languages and shared: it is in no address, storage, history, link or log."""
    page.add_init_script(CLIPBOARD)
    body = {
        "grant_type": "client_credentials",
        "client_id": SANDBOX_CLIENT.client_id,
        "client_secret": SANDBOX_CLIENT.client_secret,
    }
    open_console(page, "createToken", {"media_type": "application/json", "body": body})
    page.get_by_label("client_secret", exact=True).fill(SECRET)
    send(page)
    expect(status(page)).to_have_text("401 Unauthorized")
    assert SECRET in (sent[-1].post_data or ""), "it was sent"
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/console/samples/" in request.url else None)
    code = page.locator(".console [data-languages] code")
    page.get_by_role("tab", name="Python").click()
    expect(code).to_contain_text(f"'client_secret': '{SECRET}'")
    page.get_by_role("tab", name="cURL").click()
    expect(code).to_contain_text(f'"client_secret": "{SECRET}"')
    expect(page.locator(".console [data-stays]")).to_be_hidden()
    page.get_by_role("tab", name="Try it").click()
    page.get_by_label("client_secret", exact=True).fill(f"{SECRET}'<b>")
    page.get_by_role("tab", name="cURL").click()
    expect(code).to_contain_text('"client_secret": "SECRET"')
    expect(page.locator(".console [data-stays]")).to_be_visible()
    assert len(asked) == 1, "what is sent holds no secret, so it is the same"
    assert SECRET not in (asked[0].post_data or SECRET)
    page.get_by_role("tab", name="Try it").click()
    page.get_by_label("client_secret", exact=True).fill(SECRET)
    button(page, "share").click()
    expect(note(page)).to_contain_text("Link copied.")
    link = page.evaluate("window.copied")
    shared = base64.urlsafe_b64decode(link.partition("#request=")[2] + "==").decode()
    assert SANDBOX_CLIENT.client_id in shared
    open_console(page, "searchPatient", SEARCH)
    send(page)
    minted = sent[-1].headers["authorization"].removeprefix("Bearer ")
    seen = page.evaluate(STORED) + shared + link + live.log.read_text()
    for secret in (SECRET, minted):
        assert secret not in seen
        assert not [request.url for request in sent if secret in request.url]
    page.reload()
    assert SECRET not in page.content()
