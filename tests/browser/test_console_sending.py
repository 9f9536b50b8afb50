"""The console sends from the page: as a stranger, as a developer, and whatever comes back is shown."""

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from portal.accounts.published import OWNER
from portal.applications.published import DEMO_SANDBOX_CLIENT, SANDBOX_CLIENT
from tests.browser.consoles import (
    API,
    GOOD,
    SEARCH,
    advice,
    body,
    button,
    match,
    note,
    open_console,
    said,
    send,
    status,
)
from tests.browser.sessions import unused_session
from tests.browser.test_every_page import accessibility, appearance
from tests.browser.windows import Window, open_window, settle
from tests.servers import Server

FIGURES = re.compile(r"^\d+ ms · \d+ B$")
CREDENTIALS = {
    "grant_type": "client_credentials",
    "client_id": SANDBOX_CLIENT.client_id,
    "client_secret": SANDBOX_CLIENT.client_secret,
}
PERSON = {
    "source": "his",
    "local_number": "MRN-CONSOLE",
    "given_name": "Ada",
    "family_name": "Nwachukwu",
    "sex": "female",
    "birth_date": "1988-02-29",
}
ENCOUNTER = {
    "facility_code": "NG-LOS-H1",
    "source_id": "VISIT-CONSOLE",
    "source_version": 1,
    "status": "finished",
    "class": "AMB",
    "period": {"start": "2025-11-18T09:05:00Z", "end": "2025-11-18T10:20:00Z"},
    "diagnoses": [{"icd10": "B50.9", "rank": 1}],
    "practitioner": {"id": "DR-014", "name": "Dr Ifeoma Nwosu"},
}


@pytest.fixture
def sent(context: BrowserContext) -> list[Request]:
    """Return the requests to the API, as they come."""
    seen: list[Request] = []
    context.on("request", lambda request: seen.append(request) if "/api/v1/" in request.url else None)
    return seen


@pytest.fixture
def developer(window: Window, live: Server) -> Page:
    """Return the page of the demo's owner, signed in."""
    key = unused_session(live, OWNER.email)
    for name, value, only in (("session", key, True), ("signed_in", "1", False)):
        window.context.add_cookies([{"name": name, "value": value, "url": live.url, "httpOnly": only}])
    return window.page


def test_a_stranger_gets_a_token_and_searches(page: Page, sent: list[Request]) -> None:
    open_console(page, "createToken", {"media_type": "application/json", "body": CREDENTIALS})
    send(page)
    expect(status(page)).to_have_text(GOOD)
    expect(match(page)).to_have_text("matches the schema")
    open_console(page, "searchPatient", SEARCH)
    expect(page.get_by_label("App", exact=True)).to_have_value("")
    send(page)
    expect(status(page)).to_have_text(GOOD)
    expect(page.locator(".console [data-figures]")).to_have_text(FIGURES)
    expect(match(page)).to_have_text("matches the schema")
    expect(body(page)).to_contain_text('"family_name": "Okafor"')
    expect(said(page)).to_contain_text("Answered with · 200 OK")
    assert [request.method for request in sent] == ["POST", "POST", "GET"]
    asked = json.loads(sent[1].post_data or "")
    assert asked == {**CREDENTIALS, "scope": "patient:profile:read"}


def test_the_token_is_used_again(page: Page, sent: list[Request]) -> None:
    open_console(page, "searchPatient", SEARCH)
    send(page)
    send(page)
    assert [request.method for request in sent] == ["POST", "GET", "GET"]
    assert sent[1].headers["authorization"] == sent[2].headers["authorization"]


def test_a_page_in_place_of_a_token_is_shown(page: Page, sent: list[Request]) -> None:
    open_console(page, "searchPatient", SEARCH)
    page.route("**/auth/token", lambda route: route.fulfill(body="<h1>Sign in to the network</h1>"), times=1)
    send(page)
    expect(page.locator(".console [data-figures]")).to_contain_text("No token was given, so the request was not sent.")
    expect(body(page)).to_contain_text("Sign in to the network")
    assert [request.method for request in sent] == ["POST"]
    send(page)
    expect(status(page)).to_have_text(GOOD)


def test_a_token_that_has_ended_is_replaced_at_once(page: Page, sent: list[Request]) -> None:
    open_console(page, "searchPatient", SEARCH)
    send(page)
    refused = {"status": 401, "body": json.dumps({"code": "token_expired"}), "content_type": "application/problem+json"}
    page.route("**/patient/search*", lambda route: route.fulfill(**refused), times=1)
    send(page)
    expect(status(page)).to_have_text(GOOD)
    assert [request.method for request in sent] == ["POST", "GET", "GET", "POST", "GET"]


def test_what_the_published_client_cannot_do_is_said_before_sending(page: Page) -> None:
    open_console(page, "resolvePatient", {"media_type": "application/json", "body": PERSON})
    lacking = page.locator(".console [data-lacking]")
    expect(lacking).to_contain_text("Published client has no health_id:verify")
    link = lacking.get_by_role("link", name="Sign in and use your own app.")
    expect(link).to_have_attribute("href", "/accounts/login/?next=%2Fconsole%2Foperations%2FresolvePatient%2F")
    send(page)
    expect(status(page)).to_have_text("403 Forbidden")
    expect(advice(page)).to_contain_text("The token needs the scope health_id:verify.")
    expect(advice(page).get_by_role("link")).to_have_attribute("href", "/errors/insufficient_scope/")


def test_a_developer_resolves_and_pushes_with_their_own_app(developer: Page, live: Server, sent: list[Request]) -> None:
    page = developer
    open_console(page, "resolvePatient", {"media_type": "application/json", "body": PERSON})
    expect(page.get_by_label("App", exact=True).locator("option", has_text="St. Raphael HIS")).to_have_count(1)
    page.get_by_label("App", exact=True).select_option(DEMO_SANDBOX_CLIENT.client_id)
    expect(page.locator("#client-picker")).to_have_value(DEMO_SANDBOX_CLIENT.client_id)
    expect(page.get_by_label("App", exact=True)).to_be_enabled()
    send(page)
    expect(status(page)).to_have_text(re.compile("^20[01] "))
    expect(match(page)).to_have_text("matches the schema")
    found = re.search(r'"health_id": "(OPC-[^"]+)"', body(page).inner_text())
    assert found
    link = page.locator(".console [data-id] a")
    assert "/log/?request_id=" in (link.get_attribute("href") or "")
    page.goto(str(link.get_attribute("href")))
    expect(page.locator("table tbody tr")).to_have_count(1)
    encounter = {**ENCOUNTER, "health_id": found[1]}
    open_console(page, "pushEncounter", {"media_type": "application/json", "body": encounter})
    send(page)
    expect(status(page)).to_have_text(re.compile("^20[01] "))
    assert not [one for one in sent if "/auth/token" in one.url], "the secret's way was not used"


def test_another_app_that_is_picked_meanwhile_does_not_take_over_the_request(developer: Page) -> None:
    page = developer
    open_console(page, "searchPatient", SEARCH)
    app, picker = page.get_by_label("App", exact=True), page.locator("#client-picker")
    expect(app).not_to_have_value("")
    mine = app.input_value()
    send(page)
    held: list[Route] = []
    page.route("**/patient/search*", lambda route: held.append(route), times=1)  # noqa: PLW0108 - as below
    with page.expect_request("**/patient/search*"):
        button(page, "send").click()
    with page.expect_response("**/console/choose/"):
        picker.select_option("")
    expect(app).to_have_value("")
    with page.expect_request("**/console/token/"):
        held[0].fulfill(status=401, json={"code": "token_expired"})
    expect(status(page)).to_have_text(GOOD)
    with page.expect_response("**/console/choose/"):
        picker.select_option(mine)


def test_a_developer_who_is_signed_out_by_now_is_told_so(developer: Page, live: Server) -> None:
    page = developer
    open_console(page, "searchPatient", SEARCH)
    expect(page.get_by_label("App", exact=True)).not_to_have_value("")
    page.context.clear_cookies()
    send(page)
    expect(page.locator(".console [data-figures]")).to_contain_text("You are signed out, so nothing was sent.")
    expect(page.get_by_label("App", exact=True)).to_have_value("")


def test_a_body_that_may_be_left_out_is_added_by_a_click(page: Page) -> None:
    def described(route: Route) -> None:
        route.fulfill(json=route.fetch().json() | {"body_required": False})

    page.route("**/console/operations/resolvePatient.json", described)
    open_console(page, "resolvePatient")
    page.get_by_role("button", name="Add: Body", exact=True).click()
    expect(page.get_by_label("source", exact=True)).to_be_visible()


def test_enter_in_a_field_sends_as_in_any_form(page: Page) -> None:
    open_console(page, "searchPatient", SEARCH)
    page.locator("request-form").get_by_role("textbox", name="health_id").focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text(GOOD)


def test_enter_sends_nothing_where_it_chooses_or_begins_a_line(page: Page, sent: list[Request]) -> None:
    open_console(page, "resolvePatient")
    page.get_by_label("Environment").focus()
    page.keyboard.press("Enter")
    page.get_by_label("sex", exact=True).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="As JSON").click()
    page.get_by_role("textbox", name="Body").focus()
    page.keyboard.press("Enter")
    expect(note(page)).to_have_text("")
    page.get_by_role("button", name="As JSON").focus()
    page.keyboard.press("Control+Enter")
    expect(note(page)).to_have_text("Some fields are not right yet.")
    assert sent == []


def test_what_is_sent_stays_in_view_beside_the_recorded_answers_of_the_reference(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 700})
    page.goto("/reference/operations/searchPatient/")
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("button", name="Fill with an example").click()
    send(page)
    page.locator(".operation-code").evaluate("column => column.scrollTo(0, column.scrollHeight)")
    held: list[Route] = []
    page.route(API, lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    page.locator(".console [data-past] summary").evaluate("summary => summary.focus({ preventScroll: true })")
    with page.expect_request(API):
        page.keyboard.press("Control+Enter")
    expect(note(page)).to_have_text("Sending …")
    expect(button(page, "send")).to_be_in_viewport()
    held[0].abort()
    expect(page.locator(".console-line")).to_be_in_viewport(ratio=1)


def test_cancel(page: Page) -> None:
    open_console(page, "searchPatient", SEARCH)
    held: list[Route] = []
    page.route("**/patient/search*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    for key in ("Enter", "Escape"):
        button(page, "send").click()
        expect(button(page, "cancel")).to_be_visible()
        expect(note(page)).to_have_text("Sending …")
        if key == "Enter":
            button(page, "cancel").focus()
        page.keyboard.press(key)
        expect(page.locator(".console [data-figures]")).to_contain_text("Cancelled.")
        expect(button(page, "cancel")).to_be_hidden()
        expect(button(page, "send")).to_be_focused()
    page.unroute("**/patient/search*")
    send(page)
    expect(status(page)).to_have_text(GOOD)


def test_a_server_that_is_gone_and_one_that_never_answers(page: Page) -> None:
    page.add_init_script(
        "const timeout = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = limit => timeout(limit / 20)"
    )
    open_console(page, "searchPatient", SEARCH)
    page.route(API, lambda route: route.abort("internetdisconnected"))
    send(page)
    expect(page.locator(".console [data-figures]")).to_contain_text("did not reach the server")
    page.unroute(API)
    page.route(API, lambda _route: None)
    send(page)
    expect(page.locator(".console [data-figures]")).to_contain_text("No answer within 30 seconds.")


def test_a_console_that_cannot_be_loaded_says_so(page: Page) -> None:
    page.route("**/console/shell/", lambda route: route.abort())
    page.goto("/console/operations/searchPatient/")
    expect(page.get_by_role("alert")).to_contain_text("The console could not be loaded.")
    expect(page.locator("api-console code")).to_contain_text("curl")


def test_offline(page: Page, context: BrowserContext) -> None:
    open_console(page, "searchPatient", SEARCH)
    context.set_offline(True)
    button(page, "send").click()
    expect(note(page)).to_contain_text("did not reach the server")
    context.set_offline(False)
    send(page)
    context.set_offline(True)
    send(page)
    expect(page.locator(".console [data-figures]")).to_contain_text("did not reach the server")
    page.get_by_role("tab", name="Python").click()
    expect(page.locator(".console [data-languages] code")).to_contain_text("could not be fetched")
    context.set_offline(False)
    page.get_by_role("tab", name="Try it").click()
    send(page)
    expect(status(page)).to_have_text(GOOD)


def test_the_same_request_in_five_languages_and_never_the_token(page: Page, sent: list[Request]) -> None:
    open_console(page, "searchPatient", SEARCH)
    send(page)
    token = sent[1].headers["authorization"].removeprefix("Bearer ")
    parts = {"cURL": "curl", "Python": "requests", "PHP": "withToken", "JavaScript": "fetch", "Java": "HttpRequest"}
    for name, part in parts.items():
        page.get_by_role("tab", name=name, exact=True).click()
        code = page.locator(".console [data-languages] code")
        expect(code).to_contain_text(part)
        expect(code).to_contain_text("OPC-2024-DEMO1")
        assert token not in page.content()
    assert page.evaluate("localStorage.code") == "java"


def test_the_last_request_is_shown_however_late_the_samples_of_an_earlier_one_come(page: Page) -> None:
    open_console(page, "searchPatient", SEARCH)
    held: list[Route] = []
    page.route("**/console/samples/", lambda route: held.append(route), times=1)  # noqa: PLW0108 - as above
    with page.expect_request("**/console/samples/"):
        page.get_by_role("tab", name="Python").click()
    page.get_by_role("tab", name="Try it").click()
    page.get_by_label("health_id", exact=True).fill("OPC-2024-DEMO2")
    page.get_by_role("tab", name="Python").click()
    code = page.locator(".console [data-languages] code")
    expect(code).to_contain_text("OPC-2024-DEMO2")
    held[0].continue_()
    page.get_by_role("tab", name="Java", exact=True).click()
    expect(code).to_contain_text("HttpRequest")
    expect(code).to_contain_text("OPC-2024-DEMO2")


def test_what_was_sent_reaches_the_server_as_it_is_shown(page: Page, live: Server, sent: list[Request]) -> None:
    open_console(page, "listPharmacyStock", {"query": {"q": "a&b é+", "near": "-1.2921,36.8219"}})
    send(page)
    assert sent[-1].url.startswith(f"{live.base_url}/connect/pharmacy/stock?")
    page.get_by_role("tab", name="cURL").click()
    expect(page.locator(".console [data-languages] code")).to_contain_text(sent[-1].url.partition("?")[2])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_state_is_accessible(chromium: object, live: Server, theme: object, width: int) -> None:
    with open_window(chromium, live.url, width=width, theme=theme) as window:  # type: ignore[arg-type]
        page = window.page
        open_console(page, "searchPatient", SEARCH)
        send(page)
        page.locator(".console [data-past] summary").click()
        settle(page)
        faults = [*accessibility(page), *appearance(page)]
        page.get_by_role("tab", name="Headers").click()
        faults += accessibility(page)
        page.get_by_role("tab", name="Python").click()
        expect(page.locator(".console [data-languages] code")).to_contain_text("requests")
        faults += accessibility(page)
        page.get_by_role("tab", name="Try it").click()
        page.get_by_label("Environment").select_option("production")
        button(page, "send").click()
        faults += accessibility(page)
        assert [*faults, *window.faults()] == []


def test_keyboard_alone(page: Page) -> None:
    open_console(page, "searchPatient", SEARCH)
    page.get_by_role("tab", name="Try it").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="cURL")).to_be_focused()
    expect(page.locator(".console [data-languages] code")).to_contain_text("curl")
    page.keyboard.press("Home")
    expect(page.get_by_role("tab", name="Try it")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Environment")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(status(page)).to_have_text(GOOD)
    body(page).focus()
    page.keyboard.press("Control+f")
    expect(page.locator(".console [data-query]")).to_be_focused()
    page.keyboard.type("okafor")
    expect(page.locator(".console [data-count]")).to_have_text("1 / 1")
    expect(page.locator(".found")).to_have_text('"family_name": "Okafor",')


def test_the_focus_stays_in_the_field_from_which_somebody_sends(page: Page) -> None:
    open_console(page, "searchPatient", SEARCH)
    send(page)
    page.locator(".console [data-past] summary").click()
    again = page.get_by_role("button", name="Send again: GET /connect/patient/search")
    for place, left in ((page.get_by_label("App", exact=True), None), (again.first, button(page, "send"))):
        place.focus()
        with page.expect_response("**/patient/search*"):
            page.keyboard.press("Control+Enter" if left is None else "Enter")
        expect(page.locator("api-console")).to_have_attribute("aria-busy", "false")
        expect(left or place).to_be_focused()


def test_in_french(page: Page) -> None:
    open_console(page, "searchPatient", SEARCH, language="/fr")
    send(page)
    expect(status(page)).to_have_text(GOOD)


def test_the_first_press_after_typing_is_not_lost(page: Page) -> None:
    """What a field says of itself may not fold away under the pointer."""
    open_console(page, "searchPatient")
    field = page.get_by_role("textbox", name="health_id")
    field.click()
    field.fill("OPC-2024-DEMO1")
    send(page)
    expect(status(page)).to_have_text(GOOD)
