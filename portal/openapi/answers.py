"""What stands where in the answers of an operation, by their schemas."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.openapi.documents import Document, contents

DEEPEST = 8
"""Schemas within schemas of one place; a schema may be made of itself."""


class UnknownFieldError(LookupError):
    """No answer of the operation has this field."""


def types_at(operation_id: str, path: Sequence[str | int]) -> set[str]:
    """Return the JSON types that may stand at this place of the operation's answers, whatever their status.

    :raises UnknownFieldError: naming the fields that there are.
    """
    found = contents()
    operation = found.operations[operation_id]
    schemas = list(_answers(found.document, operation.raw))
    for part in path:
        inner = [schema for each in schemas for schema in _below(found.document, each, part)]
        if not inner:
            names = dict.fromkeys(name for each in schemas for name in each.get("properties", ()))
            known = f"there are {', '.join(names)}" if names else "there are no fields"
            raise UnknownFieldError(f"no answer of {operation_id} has {part!r} there; {known}")
        schemas = inner
    return {kind for each in schemas for kind in _types(each)}


def _answers(document: Document, operation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for response in operation["responses"].values():
        for media in document.follow(response).get("content", {}).values():
            yield from _parts(document, media.get("schema"), DEEPEST)


def _below(document: Document, schema: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
    below = schema.get("items") if isinstance(part, int) else schema.get("properties", {}).get(part)
    if below is not None:
        yield from _parts(document, below, DEEPEST)


def _parts(document: Document, schema: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and all that it is made of."""
    found = document.follow(schema)
    yield found
    for keyword in ("allOf", "oneOf", "anyOf"):
        for part in found.get(keyword, ()) if depth else ():
            yield from _parts(document, part, depth - 1)


def _types(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return kind if isinstance(kind, list) else [kind]
