"""Run: the same request goes from the page to the API, and what really came back is shown, whatever it is."""

import json
import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import BrowserContext, Locator, Page, Request, Route, expect

from portal.applications.published import SANDBOX_CLIENT
from tests.browser.windows import Window, group
from tests.servers import Server

GUIDE = "/guides/getting-started/"
API = "**/api/v1/**"
TOKEN = "**/api/v1/connect/auth/token"
SEARCH = "**/api/v1/connect/patient/search*"
MILLISECONDS = re.compile(r"^200 \d+ ms")
PROBLEM = {"type": "about:blank", "title": "Refused", "status": 401, "code": "token_invalid"}


def send(page: Page, number: int) -> None:
    group(page, number).get_by_role("button", name="Run").click()


def status(page: Page, number: int) -> Locator:
    return group(page, number).locator("[data-status]")


def said(page: Page, number: int) -> Locator:
    return group(page, number).get_by_role("status")


def answer(page: Page, number: int) -> str:
    return group(page, number).locator(".code-answer code").text_content() or ""


def answers(code: int, body: str, kind: str = "application/json") -> Callable[[Route], None]:
    """Return a handler that answers in the API's place."""
    return lambda route: route.fulfill(status=code, body=body, content_type=kind)


@pytest.fixture
def sent(context: BrowserContext) -> list[Request]:
    """Return the requests to the API, as they come."""
    seen: list[Request] = []
    context.on("request", lambda request: seen.append(request) if "/api/v1/" in request.url else None)
    return seen


@pytest.fixture
def patient(live: Server) -> object:
    """Return what the API says to everybody else."""
    credentials = {
        "grant_type": "client_credentials",
        "client_id": SANDBOX_CLIENT.client_id,
        "client_secret": SANDBOX_CLIENT.client_secret,
    }
    token = requests.post(f"{live.base_url}/connect/auth/token", json=credentials, timeout=60).json()["access_token"]
    url = f"{live.base_url}/connect/patient/search?health_id=OPC-2024-DEMO1"
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=60).json()


def test_step_1_then_step_2(page: Page, sent: list[Request], patient: object) -> None:
    page.goto(GUIDE)
    expect(status(page, 0)).to_contain_text("recorded answer")
    send(page, 0)
    expect(status(page, 0)).to_have_text(re.compile(r"^200 \d+ ms · token kept for the next step$"))
    token = json.loads(answer(page, 0))["access_token"]
    send(page, 1)
    expect(status(page, 1)).to_have_text(re.compile(r"^200 \d+ ms$"))
    assert json.loads(answer(page, 1)) == patient
    assert [request.method for request in sent] == ["POST", "GET"]
    assert sent[1].headers["authorization"] == f"Bearer {token}"
    expect(said(page, 1)).to_have_text(re.compile(r"^Answered with 200\. \d+ ms$"))


def test_the_answer_is_coloured(page: Page) -> None:
    page.goto(GUIDE)
    send(page, 1)
    expect(status(page, 1)).to_have_text(MILLISECONDS)
    assert group(page, 1).locator(".code-answer .nt").all_text_contents()[0].startswith('"')
    assert group(page, 1).locator(".code-answer .s2").count() > 1


def test_step_2_alone_fetches_a_token_first(page: Page, sent: list[Request], patient: object) -> None:
    page.goto(GUIDE)
    send(page, 1)
    expect(status(page, 1)).to_have_text(re.compile(r"^200 \d+ ms · a token was fetched first$"))
    expect(status(page, 0)).to_have_text(MILLISECONDS)
    assert json.loads(answer(page, 1)) == patient
    assert [request.method for request in sent] == ["POST", "GET"]


def test_a_page_without_a_token_call_fetches_one_too(page: Page, sent: list[Request], patient: object) -> None:
    page.goto("/")
    send(page, 0)
    expect(status(page, 0)).to_have_text(re.compile(r"^200 \d+ ms · a token was fetched first$"))
    assert json.loads(answer(page, 0)) == patient
    send(page, 0)
    expect(status(page, 0)).to_have_text(re.compile(r"^200 \d+ ms$"))
    assert [request.method for request in sent] == ["POST", "GET", "GET"]


def test_in_french(page: Page) -> None:
    page.goto(f"/fr{GUIDE}")
    group(page, 0).locator("[data-send]").click()
    expect(status(page, 0)).to_have_text(MILLISECONDS)


def test_keyboard_alone(page: Page) -> None:
    page.goto(GUIDE)
    group(page, 0).get_by_role("tab", selected=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(group(page, 0).get_by_role("button", name="Run")).to_be_focused()
    page.keyboard.press("Enter")
    expect(status(page, 0)).to_have_text(MILLISECONDS)
    expect(group(page, 0).get_by_role("button", name="Run")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        if group(page, 1).locator("[data-send]").evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Space")
    expect(status(page, 1)).to_have_text(MILLISECONDS)


@pytest.mark.parametrize("reason", ["connectionrefused", "connectionreset", "internetdisconnected"])
def test_a_server_that_is_gone(page: Page, reason: str) -> None:
    page.goto(GUIDE)
    page.route(API, lambda route: route.abort(reason))
    for number in (0, 1):
        send(page, number)
        words = "The request did not reach the server. Check the connection and run it again."
        expect(status(page, number)).to_have_text(words)
        expect(said(page, number)).to_have_text(words)
        expect(group(page, number).locator(".code-answer pre")).to_be_hidden()
    page.unroute(API)
    send(page, 1)
    expect(status(page, 1)).to_have_text(MILLISECONDS)
    expect(group(page, 1).locator(".code-answer pre")).to_be_visible()


def test_a_server_that_never_answers(page: Page) -> None:
    page.add_init_script(
        "const timeout = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = limit => timeout(limit / 100)"
    )
    page.goto(GUIDE)
    page.route(API, lambda _route: None)
    send(page, 0)
    expect(status(page, 0)).to_contain_text("did not reach the server")
    expect(group(page, 0).locator("[data-send]")).not_to_have_attribute("aria-busy", "true")


def test_a_token_that_has_ended_is_replaced(page: Page, sent: list[Request]) -> None:
    page.goto(GUIDE)
    send(page, 0)
    expect(status(page, 0)).to_have_text(MILLISECONDS)
    page.route(SEARCH, answers(401, json.dumps(PROBLEM), "application/problem+json"))
    send(page, 1)
    expect(status(page, 1)).to_have_text(re.compile(r"^401 \d+ ms · The token was not accepted\. Run it again"))
    expect(said(page, 1)).to_contain_text("Answered with 401.")
    assert json.loads(answer(page, 1)) == PROBLEM
    page.unroute(SEARCH)
    send(page, 1)
    expect(status(page, 1)).to_have_text(MILLISECONDS)
    assert [request.method for request in sent] == ["POST", "GET", "POST", "GET"]


@pytest.mark.parametrize("address", ["/", GUIDE])
def test_too_many_attempts(page: Page, sent: list[Request], address: str) -> None:
    limited = {**PROBLEM, "status": 429, "code": "too_many_failures"}
    page.goto(address)
    last = page.locator("code-group").count() - 1 if address == "/" else 1
    page.route(TOKEN, answers(429, json.dumps(limited), "application/problem+json"))
    send(page, last)
    expect(status(page, last)).to_have_text(re.compile("^429 No token was given, so this call was not sent"))
    assert json.loads(answer(page, last)) == limited
    if address == GUIDE:
        expect(status(page, 0)).to_have_text(re.compile(r"^429 \d+ ms · Too many failed attempts\. Wait a minute"))
    assert [request.method for request in sent] == ["POST"]


@pytest.mark.parametrize("address", ["/", GUIDE])
def test_a_proxy_that_answers_in_html(page: Page, address: str) -> None:
    page.goto(address)
    html = "<h1>Bad Gateway</h1><script>document.title = 'taken'</script>"
    page.route(API, answers(502, html, "text/html"))
    send(page, 0)
    expect(status(page, 0)).to_contain_text("502")
    assert answer(page, 0) == html
    assert group(page, 0).locator("h1").count() == 0
    assert "taken" not in page.title()


@pytest.mark.parametrize(
    ("code", "body", "words"),
    [
        (500, json.dumps({"code": "internal_error"}), "The server could not answer. Wait a moment and run it again."),
        (503, "", "The server could not answer. Wait a moment and run it again."),
        (200, "<p>Sign in to the hotel's network</p>", "This is not JSON: something between you and the API"),
        (400, json.dumps({"error": "invalid_client"}), "ms"),
    ],
)
def test_other_answers(page: Page, code: int, body: str, words: str) -> None:
    page.goto(GUIDE)
    page.route(API, answers(code, body))
    send(page, 0)
    expect(status(page, 0)).to_contain_text(words)
    expect(status(page, 0).locator(f".status-{code // 100}")).to_have_text(str(code))
    expect(said(page, 0)).to_contain_text(f"Answered with {code}.")
    shown = answer(page, 0)
    assert (json.loads(shown) == json.loads(body)) if body.startswith("{") else shown == (body or "empty body")


def test_words_in_an_answer_stay_words(page: Page) -> None:
    page.goto(GUIDE)
    hostile = {"name": "<img src=x onerror=\"document.title='taken'\">", "quote": 'a "quoted" \\ value', "n": -1.5e3}
    page.route(API, answers(200, json.dumps(hostile)))
    send(page, 0)
    expect(status(page, 0)).to_have_text(MILLISECONDS)
    assert json.loads(answer(page, 0)) == hostile
    assert group(page, 0).locator("img").count() == 0


def test_a_slow_answer_shows_that_it_is_busy(page: Page, sent: list[Request]) -> None:
    page.goto(GUIDE)
    waiting: list[Route] = []
    page.route(TOKEN, lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    button = group(page, 0).get_by_role("button", name="Run")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    expect(said(page, 0)).to_have_text("Running …")
    button.click()
    send(page, 1)
    expect(group(page, 1).get_by_role("button", name="Run")).to_have_attribute("aria-busy", "true")
    page.wait_for_timeout(100)
    assert len(waiting) == len(sent) == 1
    waiting[0].continue_()
    expect(status(page, 0)).to_have_text(MILLISECONDS)
    expect(button).not_to_have_attribute("aria-busy", "true")
    expect(status(page, 1)).to_have_text(MILLISECONDS)
    assert [request.method for request in sent] == ["POST", "GET"]


def test_nothing_is_stored_but_code_and_theme(window: Window, page: Page) -> None:
    page.goto(GUIDE)
    send(page, 0)
    expect(status(page, 0)).to_have_text(MILLISECONDS)
    token = json.loads(answer(page, 0))["access_token"]
    send(page, 1)
    expect(status(page, 1)).to_have_text(MILLISECONDS)
    group(page, 0).get_by_role("tab", name="Python").click()
    page.locator("[data-theme-toggle]").click()
    stored = page.evaluate(
        """async () => ({
            local: { ...localStorage }, session: { ...sessionStorage }, cookies: document.cookie,
            databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
        })"""
    )
    empty = {"session": {}, "cookies": "", "databases": 0, "caches": 0}
    assert stored == {"local": {"code": "python", "theme": "light"}, **empty}
    assert window.context.cookies() == []
    assert token not in json.dumps(stored)
    assert token not in page.url
    page.reload()
    assert token not in page.content()
