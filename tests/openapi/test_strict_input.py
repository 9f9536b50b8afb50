"""Whatever does not fit a request's schema is refused and named: nothing is dropped, nothing is converted.

Bodies are made from the document: an operation's own examples, completed with every field that its schema has.
"""

import json
import os
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.openapi.document import JSON, Operation, operations
from tests.openapi.calls import Example, clinical, definition, document, examples, faults, send
from tests.openapi.parties import new_party

TRIALS = 1000 if os.environ.get("CI") == "true" else 120
NEIGHBOURS: list[Any] = ["text", "7", "true", "", 7, 0, 1.5, True, False, None, [], ["text"], {}, {"name": "text"}]
NAMED = re.compile(r"[A-Za-z_]{1,40}[0-9]{0,2}")
NAMES = st.one_of(
    st.sampled_from(["extra", "message", "code", "detail", "healthId", "given_name2", "class_", "__proto__", "self"]),
    st.sampled_from(
        ["", "non_field_errors", "+2348030000001", "Amina Okafor", "OPC-2024-DEMO1", "a/b", "~", "items[0]"]
    ),
    st.text(max_size=20),
)


@dataclass(frozen=True)
class Node:
    """A place in a body: its pointer (RFC 6901), the way to it, and what its schema says."""

    pointer: str
    path: tuple[str | int, ...]
    schema: dict[str, Any]


def plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with references and the parts of an `allOf` resolved."""
    if "$ref" in schema:
        return plain(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    merged = dict(schema)
    for part in merged.pop("allOf", ()):
        merged = plain(part) | merged
    return merged


def types(schema: dict[str, Any]) -> set[str]:
    """Return the JSON types that the schema allows."""
    if "oneOf" in schema:
        return {found for part in schema["oneOf"] for found in types(plain(part))}
    named = schema.get("type", [])
    return {named} if isinstance(named, str) else set(named)


def complete(schema: dict[str, Any], value: Any = None) -> Any:
    """Return the value with every field that the schema has."""
    schema, kinds = plain(schema), types(plain(schema))
    if "object" in kinds:
        given_ = value or {}
        whole = {name: complete(inner, given_.get(name)) for name, inner in schema.get("properties", {}).items()}
        return given_ if len(given_) >= schema.get("maxProperties", 1000) else whole
    if "array" in kinds:
        return [complete(schema["items"], item) for item in value or [None]]
    if value is not None:
        return value
    if "enum" in schema:
        return schema["enum"][0]
    return {"string": "x", "integer": 1, "number": 1, "boolean": False}[next(iter(kinds - {"null"}))]


def nodes(schema: dict[str, Any], value: Any, pointer: str = "", path: tuple[str | int, ...] = ()) -> Iterator[Node]:
    """Yield every place in the value."""
    schema = plain(schema)
    yield Node(pointer, path, schema)
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from nodes(schema["properties"][name], inner, f"{pointer}/{name}", (*path, name))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from nodes(schema["items"], inner, f"{pointer}/{index}", (*path, index))


def changed(body: Any, path: tuple[str | int, ...], change: Any) -> Any:
    """Return the body with what `change` makes of the value at the path."""
    if not path:
        return change(body)
    copy = deepcopy(body)
    around = copy
    for step in path[:-1]:
        around = around[step]
    around[path[-1]] = change(around[path[-1]])
    return copy


def kind_of(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")


def neighbours(schema: dict[str, Any]) -> list[Any]:
    """Return values of the types that the schema does not allow."""
    allowed = types(schema) | ({"integer"} if "number" in types(schema) else set())
    return [value for value in NEIGHBOURS if kind_of(value) not in allowed]


def body_schema(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = definition(operation)["requestBody"]["content"][JSON]["schema"]
    return found


def with_body(found: list[Operation]) -> list[Operation]:
    return [operation for operation in found if operation.has_json_body]


@dataclass(frozen=True)
class Trial:
    """A body that is wrong, and the pointers that must be named."""

    example: Example
    body: Any
    pointers: set[str]


def bodies(draw: st.DrawFn, operation: Operation) -> tuple[Example, Any]:
    example = draw(st.sampled_from([one for one in examples(operation) if one.status < 300]))
    fields = {field.name for field in operation.body or ()}
    body = {name: value for name, value in example.arguments.items() if name in fields}
    return example, complete(body_schema(operation), body) if draw(st.booleans()) else body


@st.composite
def unknown_fields(draw: st.DrawFn) -> Trial:
    """Add fields that nobody knows to one object, however deep."""
    operation = draw(st.sampled_from(with_body(clinical())))
    example, body = bodies(draw, operation)
    objects = [node for node in nodes(body_schema(operation), body) if "object" in types(node.schema)]
    node = draw(st.sampled_from([one for one in objects if "maxProperties" not in one.schema]))
    names = draw(
        st.lists(NAMES.filter(lambda name: name not in node.schema.get("properties", {})), min_size=1, max_size=3)
    )
    wrong = changed(body, node.path, lambda value: value | dict.fromkeys(names, "x"))
    return Trial(example, wrong, {place(node, name) for name in names})


def place(node: Node, name: str) -> str:
    """Return the pointer of an unknown field; a name that may be personal is not repeated."""
    is_repeated = NAMED.fullmatch(name) and name != "non_field_errors"
    return f"{node.pointer}/{name}" if is_repeated else node.pointer


@st.composite
def wrong_types(draw: st.DrawFn, among: list[Operation]) -> Trial:
    """Replace one value, however deep, by one of a neighbouring type."""
    operation = draw(st.sampled_from(with_body(among)))
    example, body = bodies(draw, operation)
    places = [node for node in nodes(body_schema(operation), body) if node.path]
    if not places:
        return Trial(example, draw(st.sampled_from([[], "text", 7, True])), set())
    node = draw(st.sampled_from(places))
    value = draw(st.sampled_from(neighbours(node.schema)))
    return Trial(example, changed(body, node.path, lambda _: value), {node.pointer})


def named(answer: Any) -> set[str]:
    """Return the pointers of a problem, or of all problems of a batch."""
    body = answer.json()
    problems = [item["problem"] for item in body["items"] if item["problem"]] if "items" in body else [body]
    return {error["pointer"] for problem in problems if problem["status"] == 422 for error in problem["errors"]}


def prove(api: Client, token: str, trial: Trial) -> None:
    operation = trial.example.operation
    answer = send(api, operation, trial.example.arguments, token, body=trial.body, **trial.example.headers)
    said = f"{operation.id} {json.dumps(trial.body)[:2000]} {answer.status_code} {answer.content[:2000]!r}"
    assert list(faults(operation, answer)) == [], said
    if not isinstance(trial.body, dict):
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body"), said
        return
    assert answer.status_code == 422 or "items" in answer.json(), said
    assert trial.pointers <= named(answer), said


RULES = settings(
    max_examples=TRIALS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def token(sandbox: None) -> str:
    return new_party().token()


@RULES
@given(trial=unknown_fields())
def test_an_unknown_field_is_refused_and_named(api: Client, token: str, trial: Trial) -> None:
    prove(api, token, trial)


@RULES
@given(trial=wrong_types(clinical()))
def test_a_value_of_another_type_is_refused_and_named(api: Client, token: str, trial: Trial) -> None:
    prove(api, token, trial)


@settings(RULES, max_examples=TRIALS // 3)
@given(trial=wrong_types([one for one in operations().values() if not one.needs_token]))
def test_the_token_endpoints_refuse_values_of_another_type(api: Client, trial: Trial) -> None:
    """They have errors of their own (RFC 6749), and ignore parameters that they do not know."""
    operation = trial.example.operation
    answer = send(api, operation, trial.example.arguments, body=trial.body)
    assert list(faults(operation, answer)) == [], trial
    assert answer.status_code in {400, 401}, trial


def test_no_schema_of_a_request_is_open() -> None:
    for operation in with_body(clinical()):
        schema = body_schema(operation)
        for node in nodes(schema, complete(schema)):
            if "object" in types(node.schema):
                assert node.schema.get("additionalProperties") is False, (operation.id, node.pointer)
