"""A JSON Schema of an OpenAPI document as a tree that a page can show: cycles cut, `allOf` merged, 3.0 read as 3.1.

Whatever a document holds, the tree is small: at most `MOST` nodes and `DEEPEST` levels; what is cut leads to the page
of its schema.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.openapi.documents import Document, Mapped

MOST: Final = 400
DEEPEST: Final = 8
LONGEST: Final = 300
"""Characters of a value that is shown in a line."""
PREFIX: Final = "#/components/schemas/"

FACTS: Final = (
    "format", "pattern", "minLength", "maxLength", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum",
    "multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "contentMediaType",
    "contentEncoding", "const", "default",
)  # fmt: skip
"""Keywords that are shown as they stand, in this order."""


@dataclass(frozen=True)
class Node:
    """One value. `anchor` is its address on the page: `body.period.start`, `body.diagnoses[].icd10`."""

    name: str
    anchor: str
    types: tuple[str, ...]
    reference: str
    description: str
    required: bool
    deprecated: bool
    read_only: bool
    write_only: bool
    facts: tuple[tuple[str, str], ...]
    values: tuple[str, ...]
    examples: tuple[str, ...]
    children: tuple["Node", ...]
    alternatives: tuple["Node", ...]
    joined_by: str
    """`oneOf` or `anyOf`, where there are alternatives."""
    cut: bool
    """Its insides stand on the page of `reference`, or nowhere."""

    @property
    def unfolds(self) -> bool:
        """Say whether there is anything inside."""
        return bool(self.children or self.alternatives)


class Tree:
    """Builds the nodes of one page, which share what may be shown."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._left = MOST

    def node(
        self, schema: Any, name: str = "", anchor: str = "", *, required: bool = False, above: tuple[str, ...] = ()
    ) -> Node:
        """Return a schema as a node. `above` are the names of the schemas that it stands in."""
        self._left -= 1
        reference = _reference(schema)
        merged = self._merged(schema, above)
        circular = reference in above
        cut = circular or self._left <= 0 or len(above) >= DEEPEST
        inside = (*above, reference or "-")
        children = () if cut else tuple(self._children(merged, anchor, inside))
        joined_by = next((key for key in ("oneOf", "anyOf") if isinstance(merged.get(key), list)), "")
        options, null = ([], False) if not joined_by else _without_null(merged[joined_by])
        if joined_by and len(options) == 1 and not children and not cut:
            # Nothing but "this or null": shown as what it is.
            only = self.node(
                {**_beside(merged, joined_by), "allOf": [options[0]]}, name, anchor, required=required, above=above
            )
            return _with_null(only, _reference(options[0])) if null else only
        alternatives = (
            ()
            if cut
            else tuple(
                self.node(each, anchor=f"{anchor}.{number}", above=inside) for number, each in enumerate(options, 1)
            )
        )
        return Node(
            name=name,
            anchor=anchor,
            types=(*_types(merged, self._document), *(["null"] if null else [])),
            reference=reference,
            description=str(merged.get("description") or ""),
            required=required,
            deprecated=merged.get("deprecated") is True,
            read_only=merged.get("readOnly") is True,
            write_only=merged.get("writeOnly") is True,
            facts=tuple(_facts(merged)),
            values=tuple(shown(value) for value in merged["enum"]) if isinstance(merged.get("enum"), list) else (),
            examples=tuple(_examples(merged)),
            children=children,
            alternatives=alternatives,
            joined_by=joined_by,
            cut=cut and (circular or _has_insides(merged)),
        )

    def _children(self, schema: Mapped, anchor: str, inside: tuple[str, ...]) -> Iterator[Node]:
        required = schema.get("required")
        names = required if isinstance(required, list) else []
        for name, rules in _object(schema.get("properties")).items():
            place = f"{anchor}.{name}" if anchor else str(name)
            yield self.node(rules, str(name), place, required=name in names, above=inside)
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict) and extra:
            yield self.node(extra, "*", f"{anchor}.*", above=inside)
        items = schema.get("items")
        if isinstance(items, dict) and _has_insides(self._merged(items, inside)):
            merged = self._merged(items, inside)
            if _reference(items) in inside or isinstance(merged.get("oneOf") or merged.get("anyOf"), list):
                yield self.node(items, "[]", f"{anchor}[]", above=inside)
            else:
                yield from self._children(merged, f"{anchor}[]", (*inside, _reference(items) or "-"))

    def _merged(self, schema: Any, above: tuple[str, ...], depth: int = 0) -> Mapped:
        """Return the schema with its references followed and every `allOf` laid together; what stands beside wins."""
        if not isinstance(schema, dict) or depth > DEEPEST:
            return {}
        target = self._document.follow(schema) if "$ref" in schema else {}
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        found: dict[str, Any] = {}
        parts = [self._merged(target, above, depth + 1)] if target else []
        parts += [self._merged(part, above, depth + 1) for part in _list(beside.pop("allOf", None))]
        for part in [*parts, beside]:
            properties = {**_object(found.get("properties")), **_object(part.get("properties"))}
            required = [*_list(found.get("required")), *_list(part.get("required"))]
            found |= part
            if properties:
                found["properties"] = properties
            if required:
                found["required"] = required
        return found


def shown(value: Any) -> str:
    """Return a value as JSON in one line, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _types(schema: Mapped, document: Document) -> Iterator[str]:
    found = schema.get("type")
    names = [str(each) for each in found] if isinstance(found, list) else [str(found)] if found else []
    if not names:
        names = ["object"] if schema.get("properties") else ["array"] if "items" in schema else []
    for name in names:
        yield f"array of {_item_type(schema.get('items'), document)}" if name == "array" else name
    if schema.get("nullable") is True and "null" not in names:  # OpenAPI 3.0
        yield "null"


def _item_type(items: Any, document: Document) -> str:
    if reference := _reference(items):
        return reference
    merged = document.follow(items) if isinstance(items, dict) else {}
    found = merged.get("type")
    return str(found) if isinstance(found, str) else " or ".join(map(str, found)) if isinstance(found, list) else "any"


def _facts(schema: Mapped) -> Iterator[tuple[str, str]]:
    for key in FACTS:
        value = schema.get(key)
        if key in schema and value is not False:  # 3.0 says exclusiveMinimum: true
            yield key, shown(value)
    if schema.get("additionalProperties") is False:
        yield "additionalProperties", "false"


def _examples(schema: Mapped) -> Iterator[str]:
    if "example" in schema:
        yield shown(schema["example"])
    for each in _list(schema.get("examples"))[:3]:
        yield shown(each)


def _reference(schema: Any) -> str:
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    return reference.removeprefix(PREFIX) if isinstance(reference, str) and reference.startswith(PREFIX) else ""


def _has_insides(schema: Mapped) -> bool:
    return any(schema.get(key) for key in ("properties", "oneOf", "anyOf", "additionalProperties", "items"))


def _without_null(options: list[Any]) -> tuple[list[Any], bool]:
    kept = [each for each in options if not (isinstance(each, dict) and each.get("type") == "null")]
    return kept, len(kept) < len(options)


def _beside(schema: Mapped, key: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != key}


def _with_null(node: Node, reference: str) -> Node:
    fields = {**node.__dict__, "types": (*node.types, "null"), "reference": node.reference or reference}
    return Node(**fields)


def _object(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
