"""A small document, and one change of it after the other, with what must be said of each."""

import copy
from collections.abc import Callable
from typing import Any

import yaml

from portal.openapi.differences import Difference, differences
from portal.openapi.documents import Document

BEFORE = """
openapi: 3.1.0
info: {title: T, version: "1"}
servers: [{url: /v1}]
security: [{oauth: [read]}]
paths:
  /pets/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getPet
      parameters:
        - {name: page, in: query, schema: {type: integer, maximum: 100, default: 1}}
        - {name: X-Trace, in: header, schema: {type: string}}
      responses:
        "200":
          description: A pet.
          headers: {ETag: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}
        "404": {description: None.}
    put:
      operationId: putPet
      requestBody:
        content:
          application/json: {schema: {$ref: "#/components/schemas/Pet"}}
      responses: {"204": {description: Done.}}
  /pets:
    get:
      operationId: listPets
      security: [{}]
      responses:
        "200":
          description: Pets.
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}
    post:
      operationId: addPet
      requestBody:
        required: true
        content:
          application/json:
            schema:
              allOf:
                - {$ref: "#/components/schemas/Named"}
                - {type: object, properties: {kind: {enum: [cat, dog]}, note: {type: string, maxLength: 50}}}
      responses: {"201": {description: Done.}}
webhooks:
  petBorn:
    post:
      operationId: petBorn
      requestBody:
        content: {application/json: {schema: {type: object, properties: {born: {type: string}}}}}
      responses: {"200": {description: Thanks.}}
components:
  securitySchemes:
    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: t, scopes: {read: r, write: w}}}}
  schemas:
    Named: {type: object, required: [name], properties: {name: {type: string}}}
    Pet:
      type: object
      required: [id]
      properties:
        id: {type: string, readOnly: true}
        name: {type: string}
        size: {enum: [small, big]}
        mother: {$ref: "#/components/schemas/Pet"}
        owner: {oneOf: [{$ref: "#/components/schemas/Named"}, {type: "null"}]}
        food: {oneOf: [{title: Fish, type: object}, {title: Meat, type: object}]}
"""


def changed(change: Callable[[Any], object], openapi: str = "3.1.0") -> list[Difference]:
    before = yaml.safe_load(BEFORE)
    after = copy.deepcopy(before)
    after["openapi"] = openapi
    change(after)
    return differences(Document("", before), Document("", after))


def said(found: list[Difference]) -> list[tuple[str, str, str, bool]]:
    return [(one.change.what, one.change.kind.value, one.change.place, one.breaking) for one in found]


def pet(document: Any) -> Any:
    return document["components"]["schemas"]["Pet"]


def get(document: Any) -> Any:
    return document["paths"]["/pets/{id}"]["get"]


def body(document: Any) -> Any:
    return document["paths"]["/pets"]["post"]["requestBody"]["content"]["application/json"]["schema"]["allOf"][1]


def parameter(document: Any) -> Any:
    return get(document)["parameters"][0]


def flows(document: Any) -> Any:
    return document["components"]["securitySchemes"]["oauth"]["flows"]


def hook(document: Any) -> Any:
    return document["webhooks"]["petBorn"]["post"]


CASES: dict[str, tuple[Callable[[Any], object], list[tuple[str, str, str, bool]]]] = {
    "nothing": (lambda _: None, []),
    "only words": (lambda d: pet(d).update(description="x", example={}), []),
    "an operation more": (
        lambda d: d["paths"].update({"/x": {"get": {"responses": {}}}}),
        [("operation", "added", "", False)],
    ),
    "an operation less": (lambda d: d["paths"]["/pets"].pop("get"), [("operation", "removed", "", True)]),
    "a deprecated operation": (lambda d: get(d).update(deprecated=True), [("operation", "deprecated", "", False)]),
    "another name in the path": (
        lambda d: (
            d["paths"].update({"/pets/{pet}": d["paths"].pop("/pets/{id}")}),
            d["paths"]["/pets/{pet}"]["parameters"][0].update(name="pet"),
        ),
        [],
    ),
    "a parameter less": (lambda d: get(d)["parameters"].pop(0), [("parameter", "removed", "query.page", True)]),
    "a parameter more": (
        lambda d: get(d)["parameters"].append({"name": "q", "in": "query"}),
        [("parameter", "added", "query.q", False)],
    ),
    "a required parameter more": (
        lambda d: get(d)["parameters"].append({"name": "q", "in": "query", "required": True}),
        [("required-parameter", "added", "query.q", True)],
    ),
    "a parameter that becomes required": (
        lambda d: parameter(d).update(required=True),
        [("required", "changed", "query.page", True)],
    ),
    "a header in other letters": (lambda d: get(d)["parameters"][1].update(name="x-trace"), []),
    "another style": (lambda d: parameter(d).update(explode=False), [("rule", "changed", "query.page", True)]),
    "a lower maximum": (
        lambda d: parameter(d)["schema"].update(maximum=50),
        [("rule", "changed", "query.page", True)],
    ),
    "a higher maximum": (
        lambda d: parameter(d)["schema"].update(maximum=500),
        [("rule", "changed", "query.page", False)],
    ),
    "a minimum": (lambda d: parameter(d)["schema"].update(minimum=1), [("rule", "changed", "query.page", True)]),
    "another default": (lambda d: parameter(d)["schema"].update(default=2), [("rule", "changed", "query.page", True)]),
    "a wider type that is sent": (
        lambda d: parameter(d)["schema"].update(type="number"),
        [("rule", "changed", "query.page", False)],
    ),
    "an answer's header less": (
        lambda d: get(d)["responses"]["200"].pop("headers"),
        [("header", "removed", "200.ETag", True)],
    ),
    "an answer more": (
        lambda d: get(d)["responses"].update({"410": {"description": "x"}}),
        [("answer", "added", "410", False)],
    ),
    "an error less": (lambda d: get(d)["responses"].pop("404"), [("answer", "removed", "404", False)]),
    "a success less": (
        lambda d: d["paths"]["/pets"]["post"].update(responses={}),
        [("answer", "removed", "201", True)],
    ),
    "an answer in another media type": (
        lambda d: get(d)["responses"]["200"].update(content={"text/csv": {}}),
        [("media-type", "added", "200", False), ("media-type", "removed", "200", True)],
    ),
    "a body that must be sent": (
        lambda d: d["paths"]["/pets/{id}"]["put"]["requestBody"].update(required=True),
        [("required", "changed", "body", True)],
    ),
    "no body": (
        lambda d: d["paths"]["/pets/{id}"]["put"].pop("requestBody"),
        [("body", "removed", "body", True)],
    ),
    "a field more that is required where it is sent, behind allOf": (
        lambda d: body(d).update(required=["age"], properties=body(d)["properties"] | {"age": {}}),
        [("required-field", "added", "body.age", True)],
    ),
    "a value less where it is sent": (
        lambda d: body(d)["properties"]["kind"].update(enum=["cat"]),
        [("values", "removed", "body.kind", True)],
    ),
    "a value more where it is sent": (
        lambda d: body(d)["properties"]["kind"].update(enum=["cat", "dog", "owl"]),
        [("values", "added", "body.kind", False)],
    ),
    "a field of a named schema behind allOf": (
        lambda d: d["components"]["schemas"]["Named"].update(required=[]),
        [("optional", "changed", "body.name", False), ("optional", "changed", "Named.name", True)],
    ),
    "a field more, sent and answered": (
        lambda d: pet(d)["properties"].update(age={"type": "integer"}),
        [("field", "added", "Pet.age", False)],
    ),
    "a field less": (lambda d: pet(d)["properties"].pop("name"), [("field", "removed", "Pet.name", True)]),
    "a value more where it is answered": (
        lambda d: pet(d)["properties"]["size"].update(enum=["small", "big", "huge"]),
        [("values", "added", "Pet.size", True)],
    ),
    "a read-only field that becomes optional": (
        lambda d: pet(d).update(required=[]),
        [("optional", "changed", "Pet.id", True)],
    ),
    "a read-only field more that is required": (
        lambda d: pet(d).update(required=["id", "at"], properties=pet(d)["properties"] | {"at": {"readOnly": True}}),
        [("field", "added", "Pet.at", False)],
    ),
    "a deprecated field": (
        lambda d: pet(d)["properties"]["name"].update(deprecated=True),
        [("field", "deprecated", "Pet.name", False)],
    ),
    "null where there was none": (
        lambda d: pet(d)["properties"]["name"].update(type=["string", "null"]),
        [("rule", "changed", "Pet.name", True)],
    ),
    "never null any more": (
        lambda d: pet(d)["properties"].update(owner={"$ref": "#/components/schemas/Named"}),
        [("rule", "changed", "Pet.owner", True)],
    ),
    "an alternative more": (
        lambda d: pet(d)["properties"]["food"]["oneOf"].append({"title": "Milk", "type": "object"}),
        [("alternative", "added", "Pet.food", True)],
    ),
    "inside an alternative": (
        lambda d: pet(d)["properties"]["food"]["oneOf"][1].update(properties={"of": {}}),
        [("field", "added", "Pet.food.2.of", False)],
    ),
    "a reference to a schema of another name and the same rules": (
        lambda d: (
            d["components"]["schemas"].update(Animal=copy.deepcopy(pet(d))),
            get(d)["responses"]["200"]["content"].update(
                {"application/json": {"schema": {"$ref": "#/components/schemas/Animal"}}}
            ),
        ),
        [],
    ),
    "an extra field refused": (
        lambda d: body(d).update(additionalProperties=False),
        [("rule", "changed", "body", True)],
    ),
    "a scope more is needed": (
        lambda d: get(d).update(security=[{"oauth": ["read", "write"]}]),
        [("access", "changed", "", True)],
    ),
    "another scope is enough too": (
        lambda d: get(d).update(security=[{"oauth": ["read"]}, {"oauth": ["write"]}]),
        [("access", "changed", "", False)],
    ),
    "a token where none was needed": (
        lambda d: d["paths"]["/pets"]["get"].pop("security"),
        [("access", "changed", "", True)],
    ),
    "a scope less": (
        lambda d: d["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"]["scopes"].pop("write"),
        [("scope", "removed", "", True)],
    ),
    "another address": (
        lambda d: d.update(servers=[{"url": "/v2"}]),
        [("server", "added", "", False), ("server", "removed", "", True)],
    ),
    "an operation that answers at another address alone": (
        lambda d: d["paths"]["/pets"]["get"].update(servers=[{"url": "/sandbox"}]),
        [("own server", "added", "", False), ("own server", "removed", "", True)],
    ),
    "null among alternatives": (
        lambda d: pet(d)["properties"]["food"]["oneOf"].append({"type": "null"}),
        [("rule", "changed", "Pet.food", True)],
    ),
    "a field that may no longer be sent": (
        lambda d: pet(d)["properties"]["name"].update(readOnly=True),
        [("rule", "changed", "Pet.name", True)],
    ),
    "a field that is no longer answered": (
        lambda d: pet(d)["properties"]["name"].update(writeOnly=True),
        [("rule", "changed", "Pet.name", True)],
    ),
    "a required field that must now be sent, too": (
        lambda d: pet(d)["properties"]["id"].pop("readOnly"),
        [("rule", "changed", "Pet.id", True)],
    ),
    "a field that may now be sent": (
        lambda d: (pet(d).pop("required"), pet(d)["properties"]["id"].pop("readOnly")),
        [("optional", "changed", "Pet.id", True), ("rule", "changed", "Pet.id", False)],
    ),
    "no field but those that are named": (
        lambda d: body(d).update(unevaluatedProperties=False),
        [("rule", "changed", "body", True)],
    ),
    "a field that nothing fits": (
        lambda d: pet(d)["properties"]["name"].update({"not": {}}),
        [("rule", "changed", "Pet.name", True)],
    ),
    "a required field that is not described": (
        lambda d: body(d).update(required=["other"]),
        [("required", "changed", "body.other", True)],
    ),
    "a default less": (
        lambda d: parameter(d)["schema"].pop("default"),
        [("rule", "changed", "query.page", True)],
    ),
    "a default more": (
        lambda d: body(d)["properties"]["note"].update(default=""),
        [("rule", "changed", "body.note", False)],
    ),
    "a default beside a reference": (
        lambda d: pet(d)["properties"]["mother"].update(default={}),
        [("rule", "changed", "Pet.mother", False)],
    ),
    "a limit of a field that allOf has twice": (
        lambda d: (
            d["components"]["schemas"]["Named"]["properties"]["name"].update(maxLength=9),
            body(d)["properties"].update(name={"description": "Its name."}),
        ),
        [("rule", "changed", "body.name", True), ("rule", "changed", "Named.name", True)],
    ),
    "the usual style, said": (lambda d: parameter(d).update(style="form", explode=True), []),
    "a parameter that is JSON now": (
        lambda d: parameter(d).update(content={"application/json": {"schema": parameter(d).pop("schema")}}),
        [("rule", "changed", "query.page", True)],
    ),
    "another address for tokens": (
        lambda d: flows(d)["clientCredentials"].update(tokenUrl="u"),
        [("rule", "changed", "oauth", True)],
    ),
    "another way to get a token": (
        lambda d: flows(d).update(password={"tokenUrl": "t", "scopes": {}}),
        [("rule", "changed", "oauth", False)],
    ),
    "no way to get a token": (
        lambda d: flows(d).update(password=flows(d).pop("clientCredentials")),
        [("rule", "changed", "oauth", True), ("rule", "changed", "oauth", False)],
    ),
    "a header more that a webhook sends always": (
        lambda d: hook(d).update(parameters=[{"name": "X-Signature", "in": "header", "required": True}]),
        [("required-parameter", "added", "header.X-Signature", False)],
    ),
    "a webhook in another media type, too": (
        lambda d: hook(d)["requestBody"]["content"].update({"text/xml": {}}),
        [("media-type", "added", "body", True)],
    ),
    "what a webhook sends is what clients read": (
        lambda d: d["webhooks"]["petBorn"]["post"]["requestBody"]["content"]["application/json"]["schema"].update(
            required=["born"]
        ),
        [("required", "changed", "body.born", False)],
    ),
    "a webhook's field less": (
        lambda d: d["webhooks"]["petBorn"]["post"]["requestBody"]["content"]["application/json"]["schema"].pop(
            "properties"
        ),
        [("field", "removed", "body.born", True)],
    ),
}
