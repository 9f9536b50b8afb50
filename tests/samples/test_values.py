"""Whatever the values are, what arrives is what was meant: tried in every runtime, against a server that remembers."""

import math
import random
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from portal.openapi.document import operation
from portal.samples.calls import Call
from portal.samples.languages import LANGUAGES, Language
from tests.samples.echo import Received, echo
from tests.samples.runtimes import fragments, run

THINGS = """
openapi: 3.1.0
security: [{oauth2: [things]}]
paths:
  /token:
    post:
      operationId: createToken
      security: [{}]
      requestBody: {content: {application/json: {schema: {properties: {value: {}, other: {}}}}}}
      responses: {}
  /things/{code}/parts/{part}:
    parameters: []
    get:
      operationId: getThing
      parameters: &address
      - {in: path, name: code, required: true}
      - {in: path, name: part, required: true}
      - {in: query, name: q}
      - {in: query, name: near}
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/TheThing'}}}}}
    put:
      operationId: putThing
      parameters: *address
      requestBody: {content: {application/json: {schema: {properties: {value: {}, other: {}}}}}}
      responses: {}
    delete:
      operationId: deleteThing
      parameters: *address
      responses: {}
  /things:
    get: {operationId: listThings, responses: {}}
    post:
      operationId: postThing
      parameters:
      - {in: query, name: q}
      requestBody: {content: {application/json: {schema: {properties: {value: {}, other: {}}}}}}
      responses: {}
    put: {operationId: touchThings, responses: {}}
    delete:
      operationId: deleteThings
      requestBody: {content: {application/json: {schema: {properties: {value: {}, other: {}}}}}}
      responses: {}
  /things/reset:
    post: {operationId: resetThings, responses: {}}
  /things/check:
    get: {operationId: checkThings, security: [{}], parameters: [{in: query, name: q}], responses: {}}
"""

TEXTS = [
    "",
    " ",
    " spaces around ",
    'O\'Brien said "no"',
    "'''",
    '"""',
    '"""\n',
    '\\"""',
    "`id` $(id) $HOME ${HOME} {$a} $a['b'] #{x} %s %(x)s {x} {{x}} !! !1",
    "\\",
    "\\\\",
    "trailing backslash\\",
    "\\n \\u0041 \\\\u0041 \\x41 \\101 \\$ \\' \\{",
    "two\nlines",
    "\r\n\t\v\f\b\a\x1b",
    "trailing space \nand a line",
    "\0",
    "a\0001",
    "\x7f\x80\x9f\xa0",
    "\u2028\u2029\ufeff\u200b\u202e\u2066\u0301",
    "Ọláwálé Nkrumah-Ségou ñ ß 漢字 ع 👩🏽‍⚕️ 𐍈 \U0010ffff",
    "?a=1&b=2#c;d+e%20f%2F%00",
    "/../.",
    "*[1-3]{a,b}~|<>^@:;,",
    "@/etc/passwd",
    "<?php ?> </script> <!-- ]]> */ // # -- EOF",
    "{access_token} $token ${access_token}",
    "true",
    "null",
    "0123",
    "__proto__",
]
NUMBERS = [0, -1, 7, 2**53 - 1, -(2**53 - 1), 0.1, -2.5, 1e22, 1.5e-7, 3.0]
CONSTANTS: list[Any] = [None, True, False, [], {}, [[]], [{}], {"": {}}, {"0": 1}, {"0": 1, "1": 2}, {"1": 1}]

each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.key)


@pytest.fixture
def _things(tmp_path: Path, settings: Settings) -> None:
    settings.OPENAPI_DOCUMENT = tmp_path / "things.yaml"
    settings.OPENAPI_DOCUMENT.write_text(THINGS)


def some_value(depth: int = 3) -> Any:
    """Return a random value; pytest-randomly seeds it, and names the seed where a test fails."""
    kind = random.choice(["text", "text", "number", "constant", "list", "mapping"] if depth else ["text", "number"])
    match kind:
        case "text":
            return "".join(random.sample(TEXTS, random.randint(1, 3)))
        case "number":
            return random.choice([*NUMBERS, random.randint(-(10**9), 10**9), random.uniform(-1e6, 1e6)])
        case "constant":
            return random.choice(CONSTANTS)
        case "list":
            return [some_value(depth - 1) for _ in range(random.randint(1, 4))]
    return {random.choice(TEXTS): some_value(depth - 1) for _ in range(random.randint(1, 4))}


def some_calls() -> list[Call]:
    """Return calls of every method and shape. All texts stand in a body, in a query and in a path."""
    calls = [
        Call("checkThings", {}),
        Call("createToken", {"value": [*TEXTS, "".join(TEXTS)], "other": dict.fromkeys(TEXTS, "")}),
        Call("postThing", {"value": NUMBERS, "other": CONSTANTS}),
        Call("postThing", {}),
        Call("postThing", {"q": "a&b='\"$", "value": some_value()}),
        Call("listThings", {}),
        Call("touchThings", {}),
        Call("resetThings", {}),
        Call("createToken", {"value": some_value(), "other": some_value()}),
        Call("deleteThings", {"value": some_value()}),
        Call("checkThings", {"q": random.choice(TEXTS)}),
        Call("deleteThing", {"code": "1", "part": 2}),
    ]
    for text in filter(None, TEXTS):
        kind = random.choice(["getThing", "putThing", "deleteThing"])
        body = {"value": some_value()} if kind == "putThing" else {}
        near = random.choice([*TEXTS, *NUMBERS, True, False])
        calls.append(Call(kind, {"code": text, "part": random.choice(TEXTS[1:]), "q": text, "near": near, **body}))
    return calls


@each_language
@pytest.mark.usefixtures("_things")
def test_what_arrives_is_what_was_meant(language: Language) -> None:
    calls = some_calls()
    with echo() as server:
        server.tokens = ["first.token_-~+/=", "second-token"]
        page = fragments("values", enumerate(calls), language, f"{server.url}/it's/$HOME/")
        answers = run(language, page)
        received = server.received
    assert len(received) == len(answers) == len(calls)
    bearer = None
    for number, (call, arrived, answer) in enumerate(zip(calls, received, answers, strict=True), start=1):
        assert_meant(call, arrived, bearer)
        if call.operation_id == "createToken":
            token = answer["access_token"] if language.key == "curl" else answer
            bearer = f"Bearer {token}"
        else:
            assert answer == {"number": number}
    assert bearer == "Bearer second-token"


def assert_meant(call: Call, arrived: Received, bearer: str | None) -> None:
    """Compare with the call itself, not with what our own code made of it."""
    meant = operation(call.operation_id)
    segments = [
        str(call.arguments[segment[1:-1]]) if segment.startswith("{") else segment
        for segment in meant.path.split("/")[1:]
    ]
    in_query = [parameter.name for parameter in meant.parameters if parameter.location == "query"]
    query = [(name, in_address(call.arguments[name])) for name in in_query if name in call.arguments]
    body = {name: value for name, value in call.arguments.items() if name in {"value", "other"}}
    assert arrived.method == meant.method
    assert arrived.segments == ["it's", "$HOME", *segments]
    assert arrived.query == query
    assert arrived.authorization == (bearer if meant.needs_token else None)
    assert exactly(arrived.json) == (exactly(body) if meant.has_json_body else None)
    if meant.has_json_body:
        assert arrived.content_type == "application/json"


def in_address(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def exactly(value: Any) -> Any:
    """Return something that compares as JSON does: 1 is 1.0, and neither is true."""
    match value:
        case bool():
            return ("constant", value)
        case int() | float():
            return ("number", math.copysign(value, 1) if value == 0 else float(value))
        case list():
            return [exactly(inner) for inner in value]
        case dict():
            return {name: exactly(inner) for name, inner in value.items()}
    return value
