"""The operations and fields of our own document, laid flat: what samples, tables and figures need of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from portal.openapi import documents
from portal.openapi.documents import Contents, Document, Mapped, as_list, contents
from portal.openapi.values import contents_of_body, parameters_of

JSON = "application/json"


class UnknownOperationError(LookupError):
    """The document has no operation of this id."""


class UnknownSchemaError(LookupError):
    """The document has no schema of this name."""


@dataclass(frozen=True)
class Parameter:
    """A value in the address of an operation."""

    name: str
    location: str
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
    """Return every operation by its id, in the order of the document, read again when its file has changed."""
    return _operations(contents())


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
    found = contents()
    if schema not in found.schemas:
        raise UnknownSchemaError(f"no schema {schema!r}; there are {', '.join(found.schemas)}")
    return tuple(_properties(found.document, found.schemas[schema], ""))


def _properties(document: Document, schema: Mapped, prefix: str) -> Iterator[Property]:
    for name, rules in schema.get("properties", {}).items():
        inner = rules.get("items", rules)
        refers = next((part for part in (inner, *inner.get("allOf", ())) if "$ref" in part), None)
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
            yield from _properties(document, document.follow(refers), prefix + name + dots)


@lru_cache(maxsize=1)
def _operations(found: Contents) -> Mapping[str, Operation]:
    return MappingProxyType({name: _flat(each) for name, each in found.operations.items() if not each.is_webhook})


def _flat(found: documents.Operation) -> Operation:
    alternatives = as_list(found.raw.get("security", found.document.raw.get("security")))
    content = contents_of_body(found)
    return Operation(
        id=found.id,
        method=found.method,
        path=found.path,
        tag=found.tag,
        summary=found.summary,
        description=found.description,
        parameters=tuple(
            Parameter(each["name"], each["in"], each.get("required", False), each.get("description", ""))
            for each in parameters_of(found)
        ),
        body=tuple(_fields(found.document, content[JSON].get("schema"))) if JSON in content else None,
        answer=_answer(found),
        scopes=tuple(scope for schemes in alternatives for scopes in schemes.values() for scope in scopes),
        # An empty alternative means that nothing is needed.
        needs_token=bool(alternatives) and all(alternatives),
    )


def _fields(document: Document, found: object) -> Iterator[Field]:
    schema = document.follow(found)
    for part in schema.get("allOf", ()):
        yield from _fields(document, part)
    for name, rules in schema.get("properties", {}).items():
        if not rules.get("readOnly"):
            yield Field(name, required=name in schema.get("required", ()))


def _answer(found: documents.Operation) -> str:
    for status, response in found.raw.get("responses", {}).items():
        if status.startswith("2"):
            media = found.document.follow(response).get("content", {}).get(JSON, {})
            return str(media.get("schema", {}).get("$ref", "")).rpartition("/")[2]
    return ""
