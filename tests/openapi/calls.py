"""Every operation of the committed document, called as its own examples say, and judged by its own schemas."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import yaml
from django.conf import settings
from django.test import Client
from jsonschema import Draft202012Validator

from portal.openapi.document import Operation, operations
from portal.samples.calls import Call, resolve

BASE = "/api/v1"
PROBLEM = "application/problem+json"


@cache
def document() -> dict[str, Any]:
    """Return the committed document."""
    found: dict[str, Any] = yaml.load(settings.OPENAPI_DOCUMENT.read_bytes(), yaml.CSafeLoader)
    return found


def clinical() -> list[Operation]:
    """Return the operations that need a token. At the others a client authenticates itself."""
    return [operation for operation in operations().values() if operation.needs_token]


def definition(operation: Operation) -> dict[str, Any]:
    """Return what the document says of the operation."""
    found: dict[str, Any] = document()["paths"][operation.path][operation.method.lower()]
    return found


@dataclass(frozen=True)
class Example:
    """One of an operation's examples: its arguments by name, its headers, and the status that it is answered with."""

    operation: Operation
    name: str
    status: int
    arguments: Mapping[str, Any]
    headers: Mapping[str, str]


def examples(operation: Operation) -> Iterator[Example]:
    """Yield the operation's examples, in the order of their statuses."""
    described = definition(operation)
    for status, response in sorted(described["responses"].items()):
        for media in response.get("content", {}).values():
            for name in media.get("examples", ()):
                arguments, headers = _request(described, name)
                yield Example(operation, name, int(status), arguments, headers)


def usual(operation: Operation) -> Example:
    """Return an example that is answered with success; an operation without one can neither be read nor tested."""
    found = next((example for example in examples(operation) if 200 <= example.status < 300), None)
    assert found, f"{operation.id} has no example that succeeds: add one to portal/openapi/examples.yaml"
    return found


def _request(described: dict[str, Any], name: str) -> tuple[dict[str, Any], dict[str, str]]:
    arguments: dict[str, Any] = {}
    headers: dict[str, str] = {}
    for parameter in described.get("parameters", ()):
        if name in parameter.get("examples", {}):
            place = headers if parameter["in"] == "header" else arguments
            place[parameter["name"]] = parameter["examples"][name]["value"]
    for media in described.get("requestBody", {}).get("content", {}).values():
        arguments |= media.get("examples", {}).get(name, {}).get("value", {})
    return arguments, headers


def send(
    api: Client,
    operation: Operation,
    arguments: Mapping[str, Any],
    token: str = "",
    *,
    body: Any = None,
    **headers: str,
) -> Any:
    """Call the operation, with another body than its arguments make if one is given; dashes for underscores."""
    request = resolve(Call(operation.id, arguments), BASE)
    sends = request.json if body is None else body
    content = b"" if sends is None else json.dumps(sends).encode()
    sent = {"X-Request-Id": uuid4().hex} | ({"Authorization": f"Bearer {token}"} if token else {})
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return api.generic(request.method, request.address, content, content_type="application/json", headers=sent)


def faults(operation: Operation, answer: Any) -> Iterator[str]:
    """Yield in which way the answer departs from what the document says of the operation."""
    described = definition(operation)["responses"].get(str(answer.status_code))
    if described is None:
        yield f"{answer.status_code} is not documented: {answer.content[:300]!r}"
        return
    yield from (f"{answer.status_code} comes without {name}" for name in _headers(answer) if name not in answer)
    media = described.get("content", {})
    if not media:
        if answer.content:
            yield f"{answer.status_code} has a body"
        return
    kind = answer["Content-Type"].partition(";")[0]
    if kind not in media:
        yield f"{answer.status_code} is {kind}"
        return
    yield from _misfits(media[kind]["schema"], answer.json())
    if kind == PROBLEM:
        yield from _problem_faults(described, answer)


def _headers(answer: Any) -> Iterator[str]:
    yield "X-Request-Id"
    if answer.status_code == 401 or (answer.status_code == 403 and b'"insufficient_scope"' in answer.content):
        yield "WWW-Authenticate"
    if answer.status_code in {429, 503}:
        yield "Retry-After"


def _misfits(schema: dict[str, Any], body: Any) -> Iterator[str]:
    for error in Draft202012Validator(closed(schema)).iter_errors(body):
        yield f"{list(error.absolute_path)}: {error.message[:300]}"


def _problem_faults(described: dict[str, Any], answer: Any) -> Iterator[str]:
    body = answer.json()
    if f"`{body['code']}`" not in described["description"]:
        yield f"{answer.status_code} `{body['code']}` is not documented"
    if body["status"] != answer.status_code or body["request_id"] != answer["X-Request-Id"]:
        yield "the problem names another status or request"
    if not body["type"].endswith(f"/errors/{body['code']}/"):
        yield f"the problem's type is {body['type']}"


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema, refusing fields that it does not describe."""
    resolved = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    return {**resolved, "additionalProperties": False, "components": document()["components"]}
