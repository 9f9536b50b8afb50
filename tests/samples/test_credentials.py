"""The credential that an operation needs, and what a sample reads of its answer: what the document says."""

from typing import Any

import pytest

from portal.openapi.documents import Document, Operation, contents, contents_of
from portal.samples.credentials import with_credential
from portal.samples.groups import operation_group, operation_samples
from portal.samples.requests import Request

SCHEMES = {
    "bearer": {"type": "http", "scheme": "Bearer"},
    "oauth": {"type": "oauth2"},
    "basic": {"type": "http", "scheme": "basic"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    "mutual": {"type": "mutualTLS"},
    "odd": {"type": ["http"], "scheme": {}},
}
PLAIN = Request("GET", "https://x.test/a?b=c", (("b", "c"),), (("Cookie", "d=e"),))


def operation(raw: dict[str, Any], method: str = "get", security: Any = None) -> Operation:
    document = {
        "openapi": "3.1.0",
        "servers": [{"url": "https://x.test"}],
        "components": {"securitySchemes": SCHEMES},
        "paths": {"/a": {method: raw}},
    }
    if security is not None:
        document["security"] = security
    [found] = contents_of(Document("x", document)).operations.values()
    return found


@pytest.mark.parametrize("name", ["bearer", "oauth"])
def test_a_token_is_named_and_never_known(name: str) -> None:
    assert with_credential(PLAIN, operation({"security": [{name: []}]})).needs_token
    assert with_credential(PLAIN, operation({}, security=[{name: []}, {"basic": []}])).needs_token


@pytest.mark.parametrize(
    "security", [[], [{}], [{"bearer": []}, {}], [{"mutual": []}], [{"nowhere": []}], [{"odd": []}], "bearer", [7]]
)
def test_what_may_do_without_one_stays_as_it_is(security: Any) -> None:
    assert with_credential(PLAIN, operation({"security": security}, security=[{"bearer": []}])) == PLAIN


def test_basic_and_keys_stand_where_the_document_says() -> None:
    assert with_credential(PLAIN, operation({"security": [{"basic": []}]})).basic
    header = with_credential(PLAIN, operation({"security": [{"header": []}]}))
    assert header.headers == (("X-Key", "YOUR_API_KEY"), ("Cookie", "d=e"))
    query = with_credential(PLAIN, operation({"security": [{"query": []}]}))
    assert (query.address, query.query) == (f"{PLAIN.address}&key=YOUR_API_KEY", (("b", "c"), ("key", "YOUR_API_KEY")))
    cookie = with_credential(PLAIN, operation({"security": [{"cookie": [], "header": []}]}))
    assert cookie.headers == (("X-Key", "YOUR_API_KEY"), ("Cookie", "d=e; session=YOUR_API_KEY"))
    first = with_credential(Request("GET", "https://x.test/a"), operation({"security": [{"query": []}]}))
    assert (first.address, first.query) == ("https://x.test/a?key=YOUR_API_KEY", (("key", "YOUR_API_KEY"),))


@pytest.mark.parametrize(
    ("responses", "method", "reads"),
    [
        ({"200": {"content": {"application/problem+json": {}}}}, "get", ".json()"),
        ({"2XX": {"content": {"*/*": {}}}}, "get", ".json()"),
        ({"200": {"content": {"text/csv": {}}}}, "get", ".text"),
        ({"200": {"content": {"image/png": {}}}}, "get", ")"),
        ({"404": {"content": {"application/json": {}}}, "204": {}}, "delete", ")"),
        ({"200": {"content": {"application/json": {}}}}, "head", ")"),
        ({}, "get", ")"),
    ],
)
def test_a_sample_reads_what_comes_back(responses: Any, method: str, reads: str) -> None:
    found = operation_samples(operation({"responses": responses}, method), "https://x.test")
    python = next(each.text for each in found if each.language.key == "python")
    assert python.endswith(f"requests.{method}('https://x.test/a'){reads.removeprefix(')')}")


def test_ours_name_their_answer_and_keep_the_token() -> None:
    search = operation_samples(contents().operations["searchPatient"], "")
    assert next(each.answer for each in search if each.language.key == "php") == "$patient"
    token = operation_samples(contents().operations["createToken"], "")
    assert next(each.answer for each in token if each.language.key == "python") == "access_token"


def test_a_webhook_and_what_cannot_be_composed_have_no_samples() -> None:
    parameter = {"in": "path", "name": "id", "required": True, "example": ".."}
    document = {
        "openapi": "3.1.0",
        "paths": {"/a/{id}": {"get": {"operationId": "a", "parameters": [parameter]}}},
        "webhooks": {"new": {"post": {"operationId": "b"}}},
    }
    for each in contents_of(Document("x", document)).operations.values():
        assert operation_group(each, identifier="code") == ""
