"""Values that fit a schema: the document's own, otherwise the plainest; whatever the document is like, it ends."""

from typing import Any

import pytest

from portal.openapi.documents import Document, Operation, contents_of
from portal.openapi.fitting import fits
from portal.openapi.patterns import matches, matching
from portal.openapi.values import example, values_of

LOOP = {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Loop"}}}
TREE = {
    "type": "object",
    "required": ["name", "children"],
    "properties": {
        "name": {"type": "string"},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        "parent": {"$ref": "#/components/schemas/Tree"},
    },
}
CAT = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "lives": {"const": 9}}}
SCHEMAS = {
    "Loop": LOOP,
    "Tree": TREE,
    "Self": {"$ref": "#/components/schemas/Self"},
    "Cat": CAT,
    "Text": {"type": "string", "minLength": 3},
}
NEW = Document("new", {"openapi": "3.1.0", "components": {"schemas": SCHEMAS}})
OLD = Document("old", {"openapi": "3.0.3", "components": {"schemas": SCHEMAS}})


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "string"),
        ({}, "string"),
        (True, "string"),
        ({"type": "string", "example": "Amina", "default": "x"}, "Amina"),
        ({"type": "string", "examples": ["Amina"]}, "Amina"),
        ({"type": "string", "default": "x", "enum": ["y", "x"]}, "x"),
        ({"enum": ["y", "x"]}, "y"),
        ({"const": 7}, 7),
        ({"type": "integer", "example": "seven", "minimum": 5}, 5),
        ({"type": "string", "format": "date"}, "2026-01-05"),
        ({"type": "string", "format": "uuid", "maxLength": 5}, "strin"),
        ({"type": "string", "minLength": 8}, "stringst"),
        ({"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3,5}$"}, "AA-111"),
        ({"type": "integer"}, 1),
        ({"type": "integer", "maximum": -4}, -4),
        ({"type": "integer", "minimum": 10, "multipleOf": 7}, 14),
        ({"type": "number", "exclusiveMinimum": 2, "exclusiveMaximum": 3}, 2.5),
        ({"type": "boolean"}, True),
        ({"type": ["null", "integer"]}, 1),
        ({"type": "null"}, None),
        ({"type": "array", "items": {"type": "integer"}}, [1]),
        ({"type": "array", "maxItems": 0}, []),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True}, [1, 2, 3]),
        ({"type": "array", "prefixItems": [{"const": 1}, {"type": "string"}], "items": False}, [1, "string"]),
        ({"properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["b"]}, {"b": 1}),
        ({"properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}, {"a": "string", "b": 1}),
        ({"properties": {"a": {"type": "string"}, "b": {"readOnly": True}}, "required": ["a", "b"]}, {"a": "string"}),
        (
            {"properties": {"a": {}, "b": {"readOnly": True}}, "example": {"a": 1, "b": 2}},
            {"a": 1},
        ),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"name": 1}),
        ({"allOf": [{"$ref": "#/components/schemas/Cat"}, {"required": ["lives"]}]}, {"kind": "string", "lives": 9}),
        ({"oneOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        ({"anyOf": [{"$ref": "#/components/schemas/Text"}]}, "string"),
        (
            {"oneOf": [{"$ref": "#/components/schemas/Cat"}], "discriminator": {"propertyName": "kind"}},
            {"kind": "Cat"},
        ),
        (
            {
                "oneOf": [{"$ref": "#/components/schemas/Cat"}],
                "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
            },
            {"kind": "cat"},
        ),
        ({"$ref": "#/components/schemas/Tree"}, {"name": "string", "children": []}),
    ],
)
def test_the_value_is_the_documents_own_or_the_plainest(schema: Any, value: Any) -> None:
    found = example(schema, NEW)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer", "minimum": 5, "exclusiveMinimum": True}, 6),
        ({"type": "string", "nullable": True, "enum": ["a", None]}, "a"),
        ({"type": "string", "nullable": True, "example": None}, None),
    ],
)
def test_what_3_0_says_in_its_own_way(schema: Any, value: Any) -> None:
    assert example(schema, OLD) == value
    assert fits(schema, OLD, value)
    assert not fits(schema, OLD, [])


def test_what_two_parents_have_in_common_is_taken_once() -> None:
    def of(*names: str, **rules: Any) -> Any:
        return {"allOf": [*({"$ref": f"#/components/schemas/{name}"} for name in names), rules]}

    schemas = {
        "Top": of(required=["id"], properties={"id": {"type": "integer"}}),
        "Left": of("Top", properties={"left": {"type": "boolean"}}),
        "Right": of("Top", required=["right"], properties={"right": {"type": "boolean"}}),
    }
    document = Document("x", {"openapi": "3.1.0", "components": {"schemas": schemas}})
    assert example(of("Left", "Right", "Top", "Right"), document) == {"id": 1, "right": True}


@pytest.mark.parametrize("name", ["Loop", "Self"])
@pytest.mark.parametrize("document", [OLD, NEW])
def test_what_no_value_fits_gives_an_empty_object(name: str, document: Document) -> None:
    assert example({"$ref": f"#/components/schemas/{name}"}, document) == {}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/nowhere"},
        {"$ref": "https://example.com/schema"},
        {"$ref": 7},
        {"type": 7, "enum": "x", "allOf": {}, "oneOf": 3, "properties": [], "required": "a"},
        {"type": "string", "pattern": "(", "minLength": "a", "maxLength": -1},
        {"type": "string", "pattern": "^(a+)+$", "example": "a" * 50 + "!"},
        {"type": "string", "pattern": "(?<year>x)"},
        {"type": "string", "minLength": 10**12},
        {"type": "array", "minItems": 10**12},
        {"type": "object", "minProperties": 10**12},
        {"type": "integer", "minimum": "1", "multipleOf": 0},
        {"type": "integer", "minimum": 1e400},
        {"not": {}},
        False,
        {"oneOf": [{"oneOf": [{"oneOf": [{"oneOf": [{"not": {}}] * 9}] * 9}] * 9}] * 9},
    ],
)
def test_a_broken_or_hostile_schema_raises_nothing_and_ends(schema: Any) -> None:
    example(schema, NEW)
    example(schema, OLD)


@pytest.mark.parametrize(
    "pattern",
    [r"^\d{4}-\d{2}$", "^[a-z0-9_-]+$", "a|b", "^(?:foo|bar){2}$", "^[^/]+$", r"^\w+@\w+\.com$", "^.{3,}$", "x*"],
)
def test_a_text_for_a_pattern_matches_it(pattern: str) -> None:
    found = matching(pattern)
    assert found is not None
    assert matches(pattern, found)


def test_patterns_refuse_what_does_not_match_unless_they_could_take_for_ever() -> None:
    assert not matches("^[0-9]+$", "a")
    assert matches("^(a+)+$", "a" * 50 + "!")
    assert matches("^(a|a)*$", "a" * 50 + "!")


def operation(raw: dict[str, Any], method: str = "post") -> Operation:
    [found] = contents_of(Document("x", {"openapi": "3.1.0", "paths": {"/x/{id}": {method: raw}}})).operations.values()
    return found


def test_named_examples_give_their_values_and_the_one_that_is_answered_well_comes_first() -> None:
    found = values_of(
        operation(
            {
                "parameters": [
                    {"in": "path", "name": "id", "examples": {"bad": {"value": 0}, "good": {"value": 1}}},
                    {"in": "query", "name": "q", "examples": {"good": {"value": "x"}}},
                    {"in": "header", "name": "X-More", "schema": {}},
                ],
                "requestBody": {
                    "content": {
                        "application/x-www-form-urlencoded": {"examples": {"good": {"value": {"a": 2}}}},
                        "application/json": {
                            "schema": {"type": "integer"},
                            "examples": {"good": {"summary": "All is well", "value": {"a": 1}}, "same": {"value": 1}},
                        },
                    }
                },
                "responses": {
                    "400": {"content": {"application/json": {"examples": {"bad": {}, "same": {}}}}},
                    "201": {"content": {"application/json": {"examples": {"good": {}}}}},
                },
            }
        )
    )
    assert [(each.name, each.values) for each in found] == [
        ("good", {"path": {"id": 1}, "query": {"q": "x"}, "media_type": "application/json", "body": {"a": 1}}),
        ("bad", {"path": {"id": 0}, "media_type": "application/json", "body": 1}),
        ("same", {"path": {"id": "string"}, "media_type": "application/json", "body": 1}),
    ]
    assert found[0].summary == "All is well"


def test_without_examples_there_is_what_is_required() -> None:
    [found] = values_of(
        operation(
            {
                "parameters": [
                    {"in": "path", "name": "id", "required": True, "schema": {"type": "integer", "minimum": 3}},
                    {"in": "query", "name": "q", "required": True, "example": "own"},
                    {"in": "query", "name": "page", "example": 7},
                ]
            },
            "get",
        )
    )
    assert (found.name, found.values) == ("", {"path": {"id": 3}, "query": {"q": "own"}})


@pytest.mark.parametrize("name", [None, "", True, {"a": 1}, ["a"]])
def test_a_parameter_without_a_name_is_left_out(name: Any) -> None:
    named = {"in": "query", "name": "q", "required": True, "example": "x"}
    [found] = values_of(operation({"parameters": [{**named, "name": name}, named]}))
    assert found.values["query"] == {"q": "x"}


def test_files_are_named_and_never_made_up() -> None:
    parts = {
        "type": "object",
        "properties": {
            "note": {"type": "string"},
            "photo": {"type": "string", "format": "binary"},
            "more": {"type": "array", "items": {"type": "string", "format": "binary"}},
        },
    }
    content = {"multipart/form-data": {"schema": parts, "encoding": {"photo": {"contentType": "image/png"}}}}
    [found] = values_of(operation({"requestBody": {"content": content}}))
    assert found.values["body"] == {"note": "string"}
    assert found.values["files"] == {
        "photo": {"name": "photo.png", "type": "image/png"},
        "more": [{"name": "more.bin", "type": ""}],
    }
    [raw] = values_of(operation({"requestBody": {"content": {"image/png": {}}}}))
    assert raw.values["files"] == {"": {"name": "file.png", "type": "image/png"}}
