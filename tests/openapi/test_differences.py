"""What differs between two OpenAPI documents, and whom it breaks."""

import copy
import json
import os
import random
from typing import Any, Final

import pytest
import yaml
from pytest_django import Settings

from portal.openapi.differences import differences
from portal.openapi.documents import Document, contents
from tests.openapi import foreign
from tests.openapi.changes import BEFORE, CASES, changed, get, parameter, pet, said

EVERYTHING = os.environ.get("CI") == "true"


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_found_once_and_judged_by_whom_it_breaks(name: str) -> None:
    change, expected = CASES[name]
    assert said(changed(change)) == expected


def between(before: Any, after: Any) -> list[tuple[str, str, str, bool]]:
    """Return what differs where the body had one schema and has another."""
    documents = [yaml.safe_load(BEFORE), yaml.safe_load(BEFORE)]
    for document, schema in zip(documents, (before, after), strict=True):
        document["paths"]["/pets"]["post"]["requestBody"]["content"]["application/json"]["schema"] = schema
    return said(differences(*(Document("", each) for each in documents)))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"enum": [1]}, {"enum": ["1"]}, ["changed", "removed", "added"]),
        ({"enum": ["a"]}, {"type": "string", "enum": ["a"]}, []),
        ({"anyOf": [{"minimum": 1}, {"maximum": 9}]}, {"oneOf": [{"minimum": 1}, {"maximum": 9}]}, ["changed"]),
        ({"enum": ["a" * 300 + "1"]}, {"enum": ["a" * 300 + "2"]}, ["removed", "added"]),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"anyOf": [{"required": ["a"]}, {}]}, ["changed"]),
        ({"uniqueItems": False}, {"unevaluatedItems": True, "patternProperties": {}}, []),
    ],
)
def test_values_and_demands_are_told_apart(before: Any, after: Any, expected: list[str]) -> None:
    assert [kind for _what, kind, _place, _breaks in between(before, after)] == expected


def test_paths_that_end_otherwise_are_others() -> None:
    def with_paths(*paths: str) -> Document:
        return Document("", {"paths": {path: {"get": {"operationId": path}} for path in paths}})

    both = with_paths("/reports/{id}", "/reports/{id}.pdf")
    [found] = differences(both, with_paths("/reports/{number}.pdf"))
    assert (found.operation and found.operation.path, found.breaking) == ("/reports/{id}", True)
    assert differences(both, with_paths("/reports/{a}", "/reports/{b}.pdf")) == []


def test_what_an_operation_calls_back_is_compared_like_a_webhook() -> None:
    def calling(schema: Any) -> Document:
        content = {"application/json": {"schema": {"type": "object", **schema}}}
        document = yaml.safe_load(BEFORE)
        get(document)["callbacks"] = {"ready": {"{$request.query.to}": {"post": {"requestBody": {"content": content}}}}}
        return Document("", document)

    before = calling({"properties": {"at": {"type": "string"}}})
    [found] = differences(before, calling({}))
    assert said([found]) == [("field", "removed", "body.at", True)]
    assert found.operation is not None
    assert found.operation.id == "getPet ready"
    assert said(differences(before, calling({"required": ["at"], "properties": {"at": {"type": "string"}}}))) == [
        ("required", "changed", "body.at", False)
    ]
    [gone] = differences(before, Document("", yaml.safe_load(BEFORE)))
    assert said([gone]) == [("operation", "removed", "", True)]


def test_schemas_are_found_by_whatever_name() -> None:
    def named(**schema: Any) -> Document:
        document = yaml.safe_load(BEFORE)
        document["components"]["schemas"]["a/b"] = {"type": "object", **schema}
        pet(document)["properties"]["part"] = {"$ref": "#/components/schemas/a~1b"}
        pet(document)["properties"]["deeper"] = {"$ref": "#/components/schemas/a~1b/properties/deep"}
        return Document("", document)

    deep = {"type": "object", "properties": {"x": {"type": "string"}}}
    found = differences(named(properties={"deep": deep}), named(properties={"deep": {"type": "object"}}))
    assert [one.change.place for one in found if one.breaking] == ["Pet.deeper.x", "a/b.deep.x"]


def test_what_is_made_of_itself_is_compared_once() -> None:
    document = yaml.safe_load(BEFORE)
    schemas = document["components"]["schemas"]
    for number in range(30):
        inner = {"allOf": [{"$ref": f"#/components/schemas/S{number + 1}"}], "readOnly": True}
        schemas[f"S{number}"] = {"properties": {"left": inner, "right": inner, "self": {"readOnly": True, "allOf": [
            {"$ref": f"#/components/schemas/S{number}"}]}}}  # fmt: skip
    pet(document)["properties"]["tree"] = {"$ref": "#/components/schemas/S0"}
    changed = copy.deepcopy(document)
    changed["components"]["schemas"]["S29"]["properties"]["leaf"] = {}
    assert said(differences(Document("", document), Document("", changed))) == [("field", "added", "S29.leaf", False)]


def test_a_change_of_a_named_schema_names_every_operation_that_uses_it() -> None:
    [found] = changed(lambda d: pet(d)["properties"].update(age={"type": "integer"}))
    assert {one.id for one in found.users} == {"getPet", "putPet", "listPets"}


def test_nullable_of_3_0_is_null_of_3_1() -> None:
    def older(document: Any) -> None:
        document["components"]["schemas"]["Pet"]["properties"]["owner"] = {
            "allOf": [{"$ref": "#/components/schemas/Named"}],
            "nullable": True,
        }

    assert said(changed(older, "3.0.3")) == []


def test_circles_come_to_an_end() -> None:
    def round_about(document: Any) -> None:
        schemas = document["components"]["schemas"]
        schemas["A"] = {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}, "new": {}}}
        schemas["B"] = {"allOf": [{"$ref": "#/components/schemas/A"}], "properties": {"a": {"$ref": "#/x/y"}}}
        schemas["C"] = {"$ref": "#/components/schemas/C"}
        get(document)["responses"]["200"]["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/A"}
        pet(document)["properties"]["mother"] = {"$ref": "#/components/schemas/C"}
        pet(document)["properties"]["food"] = {"oneOf": [{"$ref": "#/components/schemas/A"}]}

    assert any(one.breaking for one in changed(round_about))


def test_exclusive_limits_of_3_0_are_those_of_3_1() -> None:
    def limited(**limits: Any) -> Document:
        document = yaml.safe_load(BEFORE)
        parameter(document)["schema"] = {"type": "integer", **limits}
        return Document("", document)

    older, newer = limited(minimum=1, exclusiveMinimum=True), limited(exclusiveMinimum=1)
    assert differences(older, newer) == []
    assert [one.breaking for one in differences(limited(minimum=1, exclusiveMinimum=False), newer)] == [False, True]


JUNK: Final[tuple[Any, ...]] = (
    None,
    True,
    5,
    "x",
    [],
    {},
    [5],
    [None],
    {"x": 5},
    {"$ref": "#/components/schemas/Pet"},
    {"$ref": "#"},
)


def test_no_document_is_too_odd_to_be_compared() -> None:
    before = yaml.safe_load(BEFORE)
    for _time in range(5_000 if EVERYTHING else 200):
        document = copy.deepcopy(before)
        places = list(_places(document))
        for inside, key in random.sample(places, 3):
            inside[key] = copy.deepcopy(random.choice(JUNK))
        odd, even = Document("", document), Document("", before)
        assert differences(odd, odd) == []
        differences(odd, even)
        differences(even, odd)


def _places(found: Any) -> Any:
    """Yield every place of a document that something else can be put into."""
    for key, value in list(found.items() if isinstance(found, dict) else enumerate(found)):
        yield found, key
        if isinstance(value, dict | list):
            yield from _places(value)


@pytest.mark.parametrize("slug", foreign.SLUGS if EVERYTHING else ["adyen-checkout"])
def test_in_large_documents_by_others_a_field_that_is_gone_is_found(slug: str, settings: Settings) -> None:
    settings.OPENAPI_DOCUMENTS = foreign.unpacked()
    before = contents(slug).document
    assert differences(before, before) == []
    used = json.dumps([before.section("paths"), before.section("webhooks")], default=str)
    schemas = before.section("components", "schemas")
    fields = [
        (schema, field)
        for schema, rules in schemas.items()
        if f'"#/components/schemas/{schema}"' in used and isinstance(rules, dict)
        for field in rules.get("properties") or ()
    ]
    for schema, field in random.sample(fields, 3):
        raw = copy.deepcopy(before.raw)
        raw["components"]["schemas"][schema]["properties"].pop(field)
        # A schema that is only ever a part (allOf) has no page of its own: its fields are gone from the wholes.
        gone = [one for one in differences(before, Document("", raw)) if one.change.place.endswith(f".{field}")]
        assert any(one.breaking for one in gone), (schema, field)
