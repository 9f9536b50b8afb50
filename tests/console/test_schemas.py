"""Schemas of any OpenAPI document become JSON Schema 2020-12 that is small and refers to nothing outside."""

import json
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pytest_django import Settings

from portal.console.descriptions import description
from portal.console.schemas import CUT, MOST
from portal.openapi.documents import Document, contents, contents_of


def described(schema: Any, schemas: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the description of an operation whose JSON body has this schema."""
    operation = {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}
    raw = {"openapi": "3.0.3", "paths": {"/x": {"post": operation}}, "components": {"schemas": schemas or {}}}
    return description(contents_of(Document("other", raw)).operations["post-x"])


def body(schema: Any, schemas: dict[str, Any] | None = None) -> Any:
    return described(schema, schemas)["bodies"][0]["schema"]


@pytest.mark.parametrize("operation_id", contents().operations)
def test_every_schema_of_our_document_is_valid_and_complete(operation_id: str) -> None:
    found = description(contents().operations[operation_id])
    own = [each["schema"] for each in (*found["bodies"], *found["parameters"])]
    answers = [schema for kinds in found["responses"].values() for schema in kinds.values()]
    for schema in (*own, *answers):
        Draft202012Validator.check_schema({**schema, "$defs": found["defs"]})
    text = json.dumps(found)
    assert json.dumps(CUT) not in text
    assert len(text) < 40_000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, {"type": "integer", "exclusiveMinimum": 1}),
        ({"type": "integer", "maximum": 9, "exclusiveMaximum": False}, {"type": "integer", "maximum": 9}),
        ({"type": "string", "example": "x"}, {"type": "string", "examples": ["x"]}),
        ({"$ref": "#/components/schemas/A", "nullable": True}, {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}),
        ({"type": "file"}, {}),
        ({"type": ["null", "string"]}, {"type": ["string", "null"]}),
        ({"minLength": "3", "maxLength": True, "required": True, "uniqueItems": 1, "pattern": 7}, {}),
        ({"required": ["a", 1]}, {"required": ["a"]}),
        ({"x-own": {"$ref": "#/nowhere"}, "xml": {}, "externalDocs": {}}, {}),
    ],
)
def test_what_older_drafts_say_is_said_in_the_words_of_2020(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert body(old, {"A": {"type": "object"}}) == new


def test_a_reference_keeps_what_stands_beside_it() -> None:
    found = described({"$ref": "#/components/schemas/A", "description": "Mine"}, {"A": {"type": "string"}})
    assert found["bodies"][0]["schema"] == {"$ref": "#/$defs/A", "description": "Mine"}
    assert found["defs"] == {"A": {"type": "string"}}


def test_names_that_a_fragment_would_escape_are_told_apart() -> None:
    schemas = {"a b": {"type": "string"}, "a~1b": {"type": "integer"}}
    found = described(
        {"oneOf": [{"$ref": "#/components/schemas/a b"}, {"$ref": "#/components/schemas/a~01b"}]}, schemas
    )
    assert found["bodies"][0]["schema"] == {"oneOf": [{"$ref": "#/$defs/a-b"}, {"$ref": "#/$defs/a-01b"}]}
    assert found["defs"] == {"a-b": {"type": "string"}, "a-01b": {"type": "integer"}}


def test_a_reference_that_leads_nowhere_takes_everything() -> None:
    found = described({"$ref": "https://elsewhere.example/x.json"})
    assert found["defs"] == {"x.json": CUT}


def test_a_discriminator_leads_to_definitions() -> None:
    schema = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat"}},
    }
    assert body(schema, {"Cat": {}})["discriminator"] == {"propertyName": "kind", "mapping": {"cat": "#/$defs/Cat"}}


def test_circles_end() -> None:
    tree = {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    }
    found = described(
        {"$ref": "#/components/schemas/Tree"}, {"Tree": tree, "Loop": {"$ref": "#/components/schemas/Loop"}}
    )
    assert list(found["defs"]) == ["Tree"]
    circle: dict[str, Any] = {"type": "object"}
    circle["properties"] = {"again": circle}
    assert json.dumps(CUT) in json.dumps(body(circle))


def test_a_huge_schema_is_cut() -> None:
    wide = {"type": "object", "properties": {f"field-{number}": {"type": "string"} for number in range(MOST * 2)}}
    found = body(wide)["properties"]
    assert found["field-0"] == {"type": "string"}
    assert found[f"field-{MOST * 2 - 1}"] == CUT
    deep: Any = {"type": "string"}
    for _ in range(sys.getrecursionlimit() // 4):
        deep = {"type": "array", "items": deep}
    assert len(json.dumps(body(deep))) < 5_000


@pytest.mark.parametrize("value", ["x" * 10_000, float("nan"), object()])
def test_values_that_no_page_can_hold_are_left_out(value: Any) -> None:
    assert body({"type": "string", "default": value, "examples": [value], "title": "T"}) == {
        "type": "string",
        "title": "T",
    }


@pytest.mark.parametrize(
    ("server", "base"),
    [
        ("https://api.elsewhere.example/v1", None),
        ("/accounts", None),
        ("http://[", None),
        ("{unknown}/x", None),
        ("HERE/api/v1", "/api/v1"),
        ("HERE/v1", None),
    ],
)
def test_a_request_goes_to_this_sites_sandbox_or_nowhere(settings: Settings, server: str, base: str | None) -> None:
    server = server.replace("HERE", settings.PUBLIC_URL)
    raw = {"servers": [{"url": server}], "paths": {"/x": {"get": {"responses": {}}}}}
    assert description(contents_of(Document("other", raw)).operations["get-x"])["base"] == base
