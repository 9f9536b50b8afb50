"""The operations of the committed document, read once and again when the file changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml
from django.conf import settings

METHODS = ("get", "put", "post", "delete", "patch")
JSON = "application/json"


class UnknownOperationError(LookupError):
    """The document has no operation of this id."""


class UnknownSchemaError(LookupError):
    """The document has no schema of this name."""


@dataclass(frozen=True)
class Parameter:
    """A value in the address of an operation."""

    name: str
    location: Literal["query", "path", "header", "cookie"]
    required: bool
    description: str


@dataclass(frozen=True)
class Field:
    """A field that a JSON body may have at its top."""

    name: str
    required: bool


@dataclass(frozen=True)
class Property:
    """A field of a schema, however deep: `period.start`, `diagnoses[].icd10`. `values` are all that it may have.

    `kind` is JSON Schema's type or, for text of a known form, its format.
    """

    path: str
    kind: str
    values: tuple[str, ...]
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """What one method of one path does, and what it takes.

    Any one of `scopes` is enough. `body` is None where no JSON is sent. `answer` names the schema of the
    successful answer; it is empty where that has no name.
    """

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: tuple[Field, ...] | None
    answer: str
    scopes: tuple[str, ...]
    needs_token: bool

    @property
    def has_json_body(self) -> bool:
        """Say whether the operation takes JSON."""
        return self.body is not None


def operations() -> Mapping[str, Operation]:
    """Return every operation by its id, in the order of the document."""
    path: Path = settings.OPENAPI_DOCUMENT
    return _read(path, path.stat().st_mtime_ns)


def operation(operation_id: str) -> Operation:
    """Return the operation of this id.

    :raises UnknownOperationError: naming those that there are.
    """
    known = operations()
    try:
        return known[operation_id]
    except KeyError:
        raise UnknownOperationError(f"no operation {operation_id!r}; there are {', '.join(known)}") from None


def properties(schema: str) -> tuple[Property, ...]:
    """Return every field of the schema of this name, with the fields in it, in the order of the document.

    :raises UnknownSchemaError: where there is none.
    """
    path: Path = settings.OPENAPI_DOCUMENT
    schemas = _schemas(path, path.stat().st_mtime_ns)
    if schema not in schemas:
        raise UnknownSchemaError(f"no schema {schema!r}; there are {', '.join(schemas)}")
    return tuple(_properties(schemas, schemas[schema], ""))


@lru_cache(maxsize=1)
def _schemas(path: Path, changed: int) -> Mapping[str, Any]:
    return MappingProxyType(_document(path, changed)["components"]["schemas"])


def _properties(schemas: Mapping[str, Any], schema: Mapping[str, Any], prefix: str) -> Iterator[Property]:
    for name, rules in schema.get("properties", {}).items():
        inner = rules.get("items", rules)
        refers = next((part["$ref"] for part in (inner, *inner.get("allOf", ())) if "$ref" in part), "")
        kind = rules.get("type", "object")
        yield Property(
            path=prefix + name,
            kind=rules.get("format", kind) if kind == "string" else kind,
            values=tuple(inner.get("enum", ())),
            required=name in schema.get("required", ()),
            description=rules.get("description", ""),
        )
        if refers:
            dots = "[]." if "items" in rules else "."
            yield from _properties(schemas, schemas[refers.rpartition("/")[2]], prefix + name + dots)


@lru_cache(maxsize=1)
def _read(path: Path, changed: int) -> Mapping[str, Operation]:
    return MappingProxyType({found.id: found for found in _operations(_document(path, changed))})


@lru_cache(maxsize=1)
def _document(path: Path, _changed: int) -> dict[str, Any]:
    with path.open("rb") as file:
        document: dict[str, Any] = yaml.load(file, yaml.CSafeLoader)  # the safe loader, ten times as fast
    return document


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(document, path, method, item[method])


def _operation(document: dict[str, Any], path: str, method: str, found: dict[str, Any]) -> Operation:
    alternatives: list[dict[str, list[str]]] = found.get("security", document.get("security", []))
    return Operation(
        id=found["operationId"],
        method=method.upper(),
        path=path,
        tag=next(iter(found.get("tags", ())), ""),
        summary=found.get("summary", ""),
        description=found.get("description", ""),
        parameters=tuple(
            Parameter(entry["name"], entry["in"], entry.get("required", False), entry.get("description", ""))
            for entry in found.get("parameters", ())
        ),
        body=_body(document, found),
        answer=_answer(found),
        scopes=tuple(scope for schemes in alternatives for scopes in schemes.values() for scope in scopes),
        # An empty alternative means that nothing is needed.
        needs_token=bool(alternatives) and all(alternatives),
    )


def _body(document: dict[str, Any], found: dict[str, Any]) -> tuple[Field, ...] | None:
    content = found.get("requestBody", {}).get("content", {})
    return tuple(_fields(document, content[JSON].get("schema", {}))) if JSON in content else None


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[Field]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for part in schema.get("allOf", ()):
        yield from _fields(document, part)
    for name, rules in schema.get("properties", {}).items():
        if not rules.get("readOnly"):
            yield Field(name, required=name in schema.get("required", ()))


def _answer(found: dict[str, Any]) -> str:
    for status, response in found["responses"].items():
        if str(status).startswith("2"):
            schema = response.get("content", {}).get(JSON, {}).get("schema", {})
            return str(schema.get("$ref", "")).rpartition("/")[2]
    return ""
