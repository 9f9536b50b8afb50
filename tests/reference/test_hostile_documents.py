"""Whatever a document holds, its pages answer, stay small, and nothing of it runs."""

import copy
import json
import os
import random
from collections.abc import Callable, Iterator
from itertools import count, cycle
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from portal.openapi.documents import contents
from portal.ui.public import forget, twin_of
from tests.reference.pages import page

EVERYTHING = os.environ.get("CI") == "true"
LARGEST_PAGE = 2_000_000
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{ 7*7 }}{% now %}[x](javascript:alert(1))"
Look = Callable[[dict[str, Any]], int]


@pytest.fixture
def look(tmp_path: Path, settings: Settings) -> Iterator[Look]:
    """Return what asks for every page of a document and returns how many there were."""
    path, times = tmp_path / "hostile.json", count(1)
    settings.OPENAPI_DOCUMENTS = {"hostile": str(path)}

    def look_at(document: dict[str, Any]) -> int:
        path.write_text(json.dumps(document))
        os.utime(path, ns=(0, next(times)))  # so that it is read again, however fast the clock
        forget()
        found = contents("hostile")
        addresses = [
            reverse("reference-of", args=["hostile"]),
            *(reverse("reference-tag-of", args=["hostile", tag.slug]) for tag in found.tags),
            *(reverse("reference-operation-of", args=["hostile", name]) for name in found.operations),
            *(reverse("reference-schema-of", args=["hostile", name]) for name in found.schemas),
        ]
        for address in addresses:
            shown = page(address)
            assert shown.faults() == [], address
            assert len(shown.html) < LARGEST_PAGE, address
            assert Client().get(twin_of(address)).status_code == 200, address
        return len(addresses)

    yield look_at
    forget()


def operation(**raw: Any) -> dict[str, Any]:
    """Return a document with one operation."""
    return {"openapi": "3.1.0", "paths": {"/a": {"post": {"operationId": "one", **raw}}}}


def sending(schema: Any, **schemas: Any) -> dict[str, Any]:
    """Return a document whose one operation sends and answers this."""
    content = {"content": {"application/json": {"schema": schema}}}
    return operation(requestBody=content, responses={"200": content}) | {"components": {"schemas": schemas}}


def everywhere(value: Any) -> dict[str, Any]:
    """Return a document that has this value in every place where text may stand, names included."""
    name = str(value)
    schema = {
        "title": value, "description": value, "type": value, "format": value, "default": value, "const": value,
        "enum": [value], "example": value, "examples": [value], "pattern": value, "required": [name],
        "properties": {name: {"description": value}, "b": {"$ref": value}}, "patternProperties": {name: {}},
        "oneOf": [{"title": value}, {"$ref": f"#/components/schemas/{name}"}], "x-enumNames": [value],
        "discriminator": {"propertyName": value, "mapping": {name: value}},
    }  # fmt: skip
    parameter = {"name": name, "description": value, "schema": schema, "example": value, "style": value}
    media = {name: {"schema": schema, "examples": {name: {"summary": value, "value": value}}}}
    response = {
        "description": value, "headers": {name: {"description": value, "schema": schema}}, "content": media,
        "links": {name: {"operationId": value, "description": value, "parameters": {name: value}}},
    }  # fmt: skip
    one = {
        "operationId": value, "summary": value, "description": value, "tags": [value],
        "parameters": [parameter | {"in": place} for place in ("path", "query", "header", "cookie", value)],
        "requestBody": {"description": value, "content": media},
        "responses": {"200": response, "default": response, name: response},
        "security": [{name: [value]}], "servers": [{"url": value, "description": value}],
        "callbacks": {name: {name: {"post": {"summary": value, "responses": {"200": response}}}}},
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": value, "description": value, "version": value, "contact": {"url": value}},
        "servers": [{"url": value, "variables": {name: {"default": value, "enum": [value]}}}],
        "tags": [{"name": value, "description": value, "externalDocs": {"url": value}}],
        "paths": {name: {"get": one, "summary": value}, "/b": {"post": {**one, "operationId": None}}},
        "webhooks": {name: {"post": one}},
        "components": {
            "schemas": {name: schema, "Other": schema},
            "securitySchemes": {
                name: {"type": "oauth2", "description": value, "flows": {name: {"scopes": {name: value}}}}
            },
        },
    }


@pytest.mark.parametrize(
    "value", [SCRIPT, "javascript:alert(1)", "../../..", "a b/c?d#e%2f&f", "é日本", " ", "x" * 3000]
)
def test_text_is_shown_as_text_wherever_it_stands(look: Look, value: str) -> None:
    assert look(everywhere(value)) > 5


WRONG: list[Any] = [None, True, False, 0, -1.5, "", "text", [], [None], [[]], {},
                    {"a": None}, {"$ref": "#"}, {"$ref": 3}, {"$ref": "#/paths"}, {"$ref": "x.yaml#/a"},
                    {"allOf": 3}, {"type": {}}, ["a", 3]]  # fmt: skip


@pytest.mark.parametrize("first", range(0, len(WRONG), 1 if EVERYTHING else 6))
def test_values_of_the_wrong_type_are_left_out(look: Look, first: int) -> None:
    document, values = everywhere("a"), cycle([*WRONG[first:], *WRONG[:first]])

    def replaced(found: Any, depth: int) -> Any:
        if depth == 0:
            return next(values)
        if isinstance(found, dict):
            return {key: replaced(each, depth - 1) for key, each in found.items()}
        return [replaced(each, depth - 1) for each in found] if isinstance(found, list) else found

    for depth in range(1 + first % 3, 12, 3):
        look(replaced(document, depth))


def circle(size: int) -> dict[str, Any]:
    """Return schemas of which each is made of all others, and holds them."""
    names = [f"S{number}" for number in range(size)]
    references = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return {
        name: {"allOf": references, "properties": dict(zip(names, references, strict=True)), "anyOf": references}
        for name in names
    }


DEEP: dict[str, Any] = {"type": "string"}
for _level in range(6):
    DEEP = {"properties": {"a": DEEP, "b": {"items": DEEP}}, "oneOf": [DEEP, {"not": DEEP}]}
for _level in range(60):
    DEEP = {"allOf": [DEEP]}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(sending({"$ref": "#/components/schemas/A"}, A={"$ref": "#/components/schemas/A"}), id="itself"),
        pytest.param(sending({"$ref": "#/components/schemas/S1"}, **circle(12)), id="all of all others"),
        pytest.param(sending({"$ref": "#/paths"}), id="a reference to everything"),
        pytest.param(sending({"properties": {f"p{n}": {"type": "string"} for n in range(10_000)}}), id="10,000 fields"),
        pytest.param(sending({"enum": list(range(100_000))}), id="100,000 values"),
        pytest.param(sending({"oneOf": [{"title": str(n)} for n in range(5_000)]}), id="5,000 alternatives"),
        pytest.param(sending({"items": DEEP}, A=DEEP), id="four to the sixth"),
        pytest.param(sending({"example": "x" * 2_000_000, "default": ["y"] * 200_000}), id="2 MB of example"),
        pytest.param(sending({"description": "[" * 300_000, "pattern": "x" * 300_000}), id="300 kB of description"),
        pytest.param(
            operation(parameters=[{"in": "query", "name": f"p{n}", "schema": True} for n in range(10_000)]),
            id="10,000 parameters",
        ),
        pytest.param(
            operation(responses={f"{n}": {"headers": {f"h{m}": {} for m in range(100)}} for n in range(600)}),
            id="60,000 headers",
        ),
        pytest.param(
            operation(
                responses={
                    f"{n}": {"links": {f"l{m}": {"parameters": {f"p{k}": k for k in range(100)}} for m in range(20)}}
                    for n in range(100, 180)
                }
            ),
            id="160,000 values for links",
        ),
        pytest.param(operation(summary=f"a{100_000 * ' '}b"), id="100,000 spaces"),
        pytest.param(operation(description=f"a{100_000 * chr(10)}b"), id="100,000 lines"),
        pytest.param(operation(description="[\n" * 100_000), id="100,000 brackets"),
        pytest.param(
            operation(
                servers=[{"url": "{0}", "variables": {f"{n}": {"default": f"{{{n + 1}}}" * 2} for n in range(50)}}]
            ),
            id="two to the fiftieth of a server",
        ),
        pytest.param(sending({"type": "integer", "enum": [f"{n}" for n in range(20_000)]}), id="20,000 wrong values"),
        pytest.param(
            sending({"type": "array", "uniqueItems": True, "example": [{"n": n} for n in range(20_000)]}),
            id="20,000 unlike items",
        ),
        pytest.param(
            operation(
                requestBody={"content": {"text/plain": {"examples": {f"e{n}": {"value": n} for n in range(9_000)}}}}
            ),
            id="9,000 examples",
        ),
        pytest.param(
            sending(
                {"$ref": "#/components/schemas/S0"},
                S30={},
                **{
                    f"S{n}": {"allOf": 2 * [{"$ref": f"#/components/schemas/S{n + 1}"}], "example": {}}
                    for n in range(30)
                },
            ),
            id="two to the thirtieth",
        ),
        pytest.param(sending({"allOf": 2 * [{"required": [{}, "a"]}]}), id="required objects"),
        pytest.param(sending({"allOf": 2 * [{"enum": [f"{n}" for n in range(20_000)]}]}), id="20,000 values twice"),
        pytest.param(sending({"type": "integer", "minimum": 1e308, "multipleOf": 1e-300}), id="no number"),
        pytest.param(
            sending({"minItems": 2, "uniqueItems": True, "items": {"type": "integer", "multipleOf": "x"}}),
            id="a multiple of text",
        ),
        *(
            pytest.param(
                operation(security=[{"x": ["read"]}])
                | {"components": {"securitySchemes": {"x": {"type": "oauth2", "flows": flows}}}},
                id=f"flows {flows}",
            )
            for flows in ([1], {"a": {"scopes": ["read"]}}, {"a": {"scopes": 3}}, {"a": [1]})
        ),
    ],
)
def test_nothing_is_too_large_or_endless(look: Look, document: dict[str, Any]) -> None:
    assert look(document) >= 3


def test_a_thousand_levels_are_read(look: Look) -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(300):
        deep = {"properties": {"a": deep}}
    nested: list[Any] = []
    for _ in range(300):
        nested = [nested]
    assert look(sending(deep | {"example": nested}, A=deep)) == 4


ENDLESS = (
    "^(a?){50}a{50}$",
    "^(a|a?){30}$",
    "^(a{0,99}){0,99}b$",
    "^.*.{0,99}.{0,99}.{0,99}b$",
    "(" * 400 + ")" * 400,
    "(",
)


@pytest.mark.parametrize("pattern", ENDLESS)
def test_no_pattern_is_waited_for(look: Look, pattern: str) -> None:
    example = {"a" * 60: "a" * 60}
    rules = {"type": "string", "pattern": pattern}
    for schema in (
        {"additionalProperties": rules},
        {"patternProperties": {pattern: rules}, "additionalProperties": False},
        {"patternProperties": {pattern: {}}, "unevaluatedProperties": False},
        {"propertyNames": rules},
    ):
        assert look(sending({"type": "object", "example": example, **schema})) == 3


def places(found: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where there is something in a document."""
    if path:
        yield path
    for key, each in found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ():
        yield from places(each, (*path, key))


@pytest.mark.parametrize("seed", range(8 if EVERYTHING else 1))
def test_our_own_document_with_things_in_wrong_places_is_shown(look: Look, settings: Settings, seed: int) -> None:
    chance = random.Random(seed)
    document = yaml.load(settings.OPENAPI_DOCUMENT.read_bytes(), yaml.CSafeLoader)
    where = list(places(document))
    parts = [copy.deepcopy(document["components"]["schemas"]), copy.deepcopy(document["info"]), *WRONG]
    for path in chance.sample(where, 90):
        holder = document
        try:
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = copy.deepcopy(chance.choice(parts))
        except (KeyError, IndexError, TypeError):
            continue  # another change has taken this place away
    look(document)
