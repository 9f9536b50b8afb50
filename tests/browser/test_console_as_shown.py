"""What the console sends is what it shows, for every operation: the request, and the command beside it."""

import json
import shlex
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from portal.console.descriptions import description
from portal.openapi.documents import Operation, contents
from tests.browser.consoles import API, open_console, send

OF_THE_BROWSER = {"accept", "origin", "referer", "user-agent", "accept-language"}
FORM = "application/x-www-form-urlencoded"
OPERATIONS = [one for one in contents().operations.values() if not one.is_webhook]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
def test_the_request_that_is_sent_is_the_command_that_is_shown(page: Page, operation: Operation) -> None:
    caught: list[Request] = []

    def answer(route: Route) -> None:
        if route.request.url.endswith("/auth/token") and operation.id != "createToken":
            route.continue_()
        else:
            caught.append(route.request)
            route.fulfill(status=200, json={})

    page.route(API, answer)
    open_console(page, operation.id, values_of(operation))
    send(page)
    page.get_by_role("tab", name="cURL").click()
    code = page.locator(".console [data-languages] code")
    expect(code).to_contain_text("curl")
    [request] = caught
    method, url, headers, body = read(code.inner_text())
    assert (request.method, request.url) == (method, url)
    sent = request.all_headers()
    assert sent.pop("authorization", "Bearer ").startswith("Bearer ")
    assert ("authorization" in request.all_headers()) == ("authorization" in headers)
    headers.pop("authorization", None)
    own = {name: value for name, value in sent.items() if name not in OF_THE_BROWSER and not name.startswith("sec-")}
    assert own == headers
    assert value_of(request.post_data, headers) == value_of(body, headers)


def values_of(operation: Operation) -> dict[str, Any]:
    """Return an example that the form lets through: with a token that somebody could have, and nobody mistyped."""
    found: dict[str, Any] = deepcopy(description(operation)["examples"][0]["values"])
    if "token" in found.get("body", ()):
        found["body"]["token"] = "something-else"
    if operation.id == "resolvePatientBatch":
        found["body"]["items"].pop()
    return found


def read(command: str) -> tuple[str, str, dict[str, str], str | None]:
    """Return the method, the address, the headers and the body that cURL would send (curl(1))."""
    words = iter(shlex.split(command.replace("\\\n", " ")))
    assert next(words) == "curl"
    method, url, headers, body = "", "", dict[str, str](), None
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(":")
                headers[name.lower()] = value.strip()
            case "-d" | "--data-raw":
                body = next(words)
                headers.setdefault("content-type", FORM)
            case _:
                assert not word.startswith("-"), word
                url = word
    return method or ("GET" if body is None else "POST"), url, headers, body


def value_of(body: str | None, headers: dict[str, str]) -> Any:
    """Return what a server reads: spaces between the values of JSON mean nothing, all else does."""
    if body and headers["content-type"] == "application/json":
        return json.loads(body, parse_float=Decimal)
    return body


def test_a_command_is_read_as_curl_does() -> None:
    assert read("curl 'https://a.example/?b=c d' \\\n  -H 'A: b'") == (
        "GET",
        "https://a.example/?b=c d",
        {"a": "b"},
        None,
    )
    assert read("curl -X PUT https://a.example/ -d a=b") == ("PUT", "https://a.example/", {"content-type": FORM}, "a=b")
