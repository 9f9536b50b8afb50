"""What came back, whatever it is: large, of another type, wrong by the schema, refused."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.consoles import GOOD, SEARCH, advice, body, match, open_console, said, send, status

PARTLY = "matches the schema, but for patterns that were not checked"
TOO_LARGE = "too large to compare with the schema"
CALL = "**/patient/search*"
PEOPLE = 60_000


def answers(page: Page, status: int, body: str | bytes, kind: str = "application/json", **headers: str) -> None:
    """Let the server answer the next request like this."""
    found: Mapping[str, str] = {
        "Content-Type": kind,
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    page.unroute(CALL)
    page.route(CALL, lambda route: route.fulfill(status=status, body=body, headers=dict(found)))


@pytest.fixture
def console(page: Page) -> Page:
    open_console(page, "searchPatient", SEARCH)
    return page


def test_ten_megabytes_keep_the_page_responding(console: Page) -> None:
    many: Any = [
        {"id": at, "name": f"Person {at}", "note": "x" * 120, "tags": ["a", {"b": at}]} for at in range(PEOPLE)
    ]
    text = json.dumps({"people": many})
    assert len(text) > 10_000_000
    answers(console, 200, text)
    send(console)
    expect(status(console)).to_have_text(GOOD)
    expect(match(console)).to_have_text("too large to compare with the schema")
    rows = console.locator(".json-row")
    assert rows.count() < 2_000
    console.locator(".console [data-query]").fill(f"Person {PEOPLE - 1}")
    expect(console.locator(".console [data-count]")).to_have_text("1 / 1")
    expect(console.locator(".found")).to_have_text(f'"name": "Person {PEOPLE - 1}",')
    assert rows.count() < 4_000
    expect(console.locator(".console [data-fold]")).to_be_hidden()


def test_an_answer_that_differs_everywhere_keeps_the_page_responding(page: Page) -> None:
    closed = {"type": "object", "additionalProperties": False}
    options = [{**closed, "properties": {"id": {"type": kind}}, "required": ["id"]} for kind in ("string", "boolean")]
    schema = {"type": "object", "properties": {"people": {"type": "array", "items": {"oneOf": options}}}}

    def described(route: Route) -> None:
        route.fulfill(json=route.fetch().json() | {"responses": {"200": {"application/json": schema}}})

    page.route("**/console/operations/searchPatient.json", described)
    open_console(page, "searchPatient", SEARCH)
    people = [{"id": at, "name": f"Person {at}", "note": "x" * 60, "tags": ["a"]} for at in range(4_000)]
    answers(page, 200, json.dumps({"people": people}))
    send(page)
    expect(match(page)).to_have_text("does not match the schema")
    expect(page.locator(".console [data-mismatch] li")).to_have_count(50)


def test_numbers_stay_as_they_were_written(console: Page) -> None:
    answers(console, 200, '{"large": 12345678901234567890, "money": 1.10, "name": "<b>ü</b>", "": null}')
    send(console)
    shown = body(console).inner_text()
    for part in ('"large": 12345678901234567890', '"money": 1.10', '"<b>ü</b>"', '"": null'):
        assert part in shown
    assert body(console).locator("b").count() == 0


def test_folding_searching_and_going_round(console: Page) -> None:
    answers(console, 200, json.dumps({"a": {"word": 1, "deep": [{"word": "Word"}, "words"]}, "b": list(range(300))}))
    send(console)
    query, count = console.locator(".console [data-query]"), console.locator(".console [data-count]")
    query.fill("word")
    expect(count).to_have_text("1 / 3")
    query.press("Enter")
    query.press("Enter")
    expect(count).to_have_text("3 / 3")
    console.get_by_role("button", name="Next match").click()
    expect(count).to_have_text("1 / 3")
    console.get_by_role("button", name="Previous match").click()
    expect(count).to_have_text("3 / 3")
    query.fill("nothing of this")
    expect(count).to_have_text("nowhere")
    query.fill("299")
    expect(console.locator(".found")).to_have_text("299")
    answers(console, 200, '["another"]')
    send(console)
    query.press("Enter")
    expect(console.locator(".found")).to_have_count(0)
    expect(count).to_have_text("")
    answers(console, 200, json.dumps({"a": {"deep": [[1]]}, "b": list(range(300))}))
    send(console)
    console.get_by_role("button", name="Unfold all").click()
    expect(body(console).locator("details:not([open])")).to_have_count(0)
    console.get_by_role("button", name="Fold", exact=True).click()
    expect(body(console).locator("details[open]")).to_have_count(1)


def test_an_answer_of_any_depth_is_shown(console: Page) -> None:
    answers(console, 200, "[" * 9_000 + "7.0" + "]" * 9_000)
    send(console)
    expect(status(console)).to_have_text(GOOD)
    expect(body(console).locator("details[open]").first).to_be_visible()


def test_the_arrows_reach_only_tabs_that_are_there(console: Page) -> None:
    console.route(CALL, lambda route: route.abort())
    send(console)
    tab = console.locator(".console-answer").get_by_role("tab")
    tab.focus()
    console.keyboard.press("ArrowRight")
    expect(tab).to_be_focused()
    expect(console.locator(".console-answer [data-panel=headers]")).to_be_hidden()


def test_what_does_not_match_the_schema_is_named(console: Page) -> None:
    answers(console, 200, json.dumps({"health_id": 7}))
    send(console)
    expect(match(console)).to_have_text("does not match the schema")
    expect(console.locator(".console [data-mismatch] li", has_text="health_id")).to_have_count(1)
    expect(said(console)).to_contain_text("does not match the schema")
    answers(console, 299, "{}")
    send(console)
    expect(match(console)).to_have_text("not described in the document")
    expect(console.locator(".console [data-mismatch]")).to_be_hidden()


@pytest.mark.parametrize(
    ("schema", "body", "told"),
    [
        ({"properties": {"a": {"$comment": "cut"}}}, "{}", "too large to compare with the schema"),
        ({"$ref": "#/$defs/circle"}, "{}", "too large to compare with the schema"),
        ({"properties": {"a": {"type": "integer"}}}, '{"a": 1}', "matches the schema"),
        ({"type": "null"}, "null", "matches the schema"),
        ({"properties": {"a": {"pattern": "^(a+)+$"}}}, "{}", PARTLY),
        ({"patternProperties": {"^(a+)+$": {}}, "properties": {"pattern": {"type": "string"}}}, "{}", PARTLY),
        ({"properties": {"a": {"pattern": "^(a+)+$"}, "b": {"$comment": "cut"}}}, "{}", TOO_LARGE),
        ({"properties": {"pattern": {"type": "string", "pattern": "^a"}}}, "{}", "matches the schema"),
    ],
)
def test_an_answer_matches_only_what_it_was_compared_with(
    page: Page, schema: dict[str, Any], body: str, told: str
) -> None:
    def described(route: Route) -> None:
        found = route.fetch().json()
        found["responses"]["200"] = {"application/json": schema}
        found["defs"]["circle"] = {"allOf": [{"$ref": "#/$defs/circle"}, {"$ref": "#/$defs/further"}]}
        found["defs"]["further"] = {"$comment": "cut"}
        route.fulfill(json=found)

    page.route("**/console/operations/searchPatient.json", described)
    open_console(page, "searchPatient", SEARCH)
    answers(page, 200, body)
    send(page)
    expect(match(page)).to_have_text(told)


@pytest.mark.parametrize(
    ("code", "text", "kind", "told"),
    [
        (200, "one\ntwo", "text/plain", "one\ntwo"),
        (200, "", "application/json", "The answer has no body."),
        (204, "", "", "The answer has no body."),
        (200, "\x00\x01", "application/octet-stream", "This is not text. Download it to look at it."),
        (200, "{broken", "application/json", "{broken"),
    ],
)
def test_bodies_of_other_kinds(console: Page, code: int, text: str, kind: str, told: str) -> None:
    answers(console, code, text, kind)
    send(console)
    expect(body(console)).to_have_text(told)


@pytest.mark.parametrize(("method", "status_code"), [("HEAD", 200), ("GET", 204)])
def test_an_answer_without_a_body_by_its_nature_does_not_differ_from_a_schema(
    page: Page, method: str, status_code: int
) -> None:
    def described(route: Route) -> None:
        found = route.fetch().json()
        found["method"] = method
        found["responses"] = {str(status_code): {"application/json": {"type": "object"}}}
        route.fulfill(json=found)

    page.route("**/console/operations/searchPatient.json", described)
    open_console(page, "searchPatient", SEARCH)
    answers(page, status_code, "")
    send(page)
    expect(status(page)).to_contain_text(str(status_code))
    expect(match(page)).to_be_hidden()


def test_long_text_is_shown_in_part_and_whole_when_asked(console: Page) -> None:
    answers(console, 200, "line of text\n" * 100_000 + "the end", "text/plain")
    send(console)
    expect(body(console)).not_to_contain_text("the end")
    console.get_by_role("button", name=re.compile("^Show all")).click()
    expect(body(console)).to_contain_text("the end")
    console.locator(".console [data-query]").fill("the end")
    expect(console.locator("mark")).to_have_text("the end")


def test_a_file_is_downloaded_by_its_name_and_without_a_folder(console: Page) -> None:
    answers(console, 200, "a,b\n1,2\n", "text/csv", Content_Disposition='attachment; filename="../../people.csv"')
    with console.expect_download() as download:
        send(console)
    assert download.value.suggested_filename == "people.csv"
    expect(body(console)).to_have_text("a,b 1,2")
    answers(console, 200, b"%PDF", "application/pdf")
    send(console)
    with console.expect_download() as download:
        console.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "searchPatient.pdf"


def test_too_many_requests_are_counted_down(console: Page) -> None:
    console.clock.install()
    answers(console, 429, json.dumps({"code": "rate_limited"}), Retry_After="3")
    console.locator("button[data-send]").click()
    expect(advice(console)).to_contain_text("You can send again in 3 s.")
    console.clock.run_for(2_000)
    expect(advice(console)).to_contain_text("You can send again in 1 s.")
    console.clock.run_for(2_000)
    expect(advice(console)).to_contain_text("You can send again now.")
    expect(advice(console).get_by_role("link")).to_have_attribute("href", "/errors/rate_limited/")


@pytest.mark.parametrize(
    ("code", "content", "words"),
    [
        (500, {"code": "internal_error"}, "The server could not answer."),
        (
            403,
            {"code": "insufficient_scope", "request_access": "javascript:alert(1)"},
            "The token needs the scope a, b.",
        ),
    ],
)
def test_errors_lead_on(console: Page, code: int, content: dict[str, str], words: str) -> None:
    answers(console, code, json.dumps(content), "application/problem+json", WWW_Authenticate='Bearer scope="a b"')
    send(console)
    expect(advice(console)).to_contain_text(words)
    links = advice(console).get_by_role("link")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", f"/errors/{content['code']}/")


def test_production_access_can_be_asked_for(console: Page, live: Any) -> None:
    content = {"code": "insufficient_scope", "request_access": f"{live.url}/applications/x/production/"}
    answers(console, 403, json.dumps(content), "application/problem+json")
    send(console)
    link = advice(console).get_by_role("link", name="Ask for production access")
    expect(link).to_have_attribute("href", content["request_access"])


@pytest.mark.parametrize("address", ["https://elsewhere.example/applications/", "javascript:alert(1)", "/x", 7])
def test_an_answer_leads_to_this_site_alone(console: Page, address: object) -> None:
    content = {"code": "insufficient_scope", "request_access": address}
    answers(console, 403, json.dumps(content), "application/problem+json")
    send(console)
    expect(advice(console)).to_contain_text("The token needs the scope")
    expect(advice(console).get_by_role("link")).to_have_count(1)


def test_a_web_page_in_between(console: Page) -> None:
    answers(console, 502, "<h1>Bad Gateway</h1><script>document.title = 'taken'</script>", "text/html")
    send(console)
    expect(advice(console)).to_contain_text("something in between has answered")
    expect(body(console)).to_contain_text("<h1>Bad Gateway</h1>")
    assert "taken" not in console.title()
