"""Pages of another origin that was named send every header field of the API, and read every one of its answers."""

import runpy
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

import portal.settings
from tests.callers import SEARCH_URL, bearer
from tests.openapi.calls import document

ORIGIN = "https://ward.example.org"


@pytest.fixture
def named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name the origin in the environment, and take over what the settings make of it."""
    monkeypatch.setenv("CORS_ALLOWED_ORIGINS", ORIGIN)
    made = runpy.run_path(portal.settings.__file__)
    for name in ("MIDDLEWARE", *(name for name in made if name.startswith("CORS_"))):
        setattr(settings, name, made[name])


def documented(found: Any) -> Iterator[tuple[str, str]]:
    """Yield every header field of the document: `sent` or `answered`, and its name."""
    if isinstance(found, dict):
        if found.get("in") == "header":
            yield "sent", found["name"]
        headers = found.get("headers", {})
        yield from (("answered", name) for name in headers if isinstance(headers[name], dict))
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from documented(inner)


def listed(answer: Any, name: str) -> set[str]:
    return {one.strip().lower() for one in answer[name].split(",")}


@pytest.mark.usefixtures("named")
def test_they_send_and_read_what_the_document_names(api: Client) -> None:
    fields = set(documented(document()))
    sent = {"authorization", "content-type", "if-none-match", "x-request-id"}
    sent |= {name.lower() for way, name in fields if way == "sent"}
    answered = {name.lower() for way, name in fields if way == "answered"}
    assert {"idempotency-key", "break-glass", "sandbox-fault"} < sent
    assert {"etag", "link", "ratelimit", "retry-after"} < answered
    asked = {"origin": ORIGIN, "access-control-request-method": "PUT", "access-control-request-headers": "x"}
    preflight = api.options(SEARCH_URL, headers=asked)
    assert preflight.status_code == 200
    assert preflight["Access-Control-Allow-Origin"] == ORIGIN
    assert sent <= listed(preflight, "Access-Control-Allow-Headers")
    assert {"get", "post", "put"} <= listed(preflight, "Access-Control-Allow-Methods")
    token = bearer(api)["headers"]
    for status, query in ((200, {"health_id": "OPC-2024-DEMO1"}), (400, {})):
        answer = api.get(SEARCH_URL, query, headers={**token, "origin": ORIGIN})
        assert answer.status_code == status
        assert answer["Access-Control-Allow-Origin"] == ORIGIN
        assert "Access-Control-Allow-Credentials" not in answer
        assert answered <= listed(answer, "Access-Control-Expose-Headers")


@pytest.mark.usefixtures("named")
def test_pages_of_origins_that_were_not_named_and_pages_of_the_portal_are_not_shared(api: Client) -> None:
    for path, origin in ((SEARCH_URL, "https://evil.example"), ("/", ORIGIN), ("/console/own/", ORIGIN)):
        answer = api.get(path, headers={"origin": origin})
        assert "Access-Control-Allow-Origin" not in answer
