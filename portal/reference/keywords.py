"""What a merged schema says of a single value, as text: its types, limits, values and examples; 3.0 read as 3.1."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from portal.openapi.documents import Mapped, as_dict, as_list
from portal.reference.merging import Merger

LONGEST: Final = 300
"""Characters of a value that is shown in a line."""
MOST_VALUES: Final = 200
FACTS: Final = (
    "format", "pattern", "minLength", "maxLength", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum",
    "multipleOf", "minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "minProperties",
    "maxProperties", "contentMediaType", "contentEncoding", "const", "default",
)  # fmt: skip
"""Keywords that are shown as they stand, in this order."""
EXTRA: Final = ("additionalProperties", "unevaluatedProperties")
TYPES: Final = ("string", "integer", "number", "boolean", "object", "array", "null", "file")


def shown(value: Any) -> str:
    """Return a value as JSON in one line, cut where it is long."""
    text = value if isinstance(value, str) else as_json(value, LONGEST + 1)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def as_json(value: Any, longest: int, indent: int | None = None) -> str:
    """Return the beginning of a value as JSON, made no longer than somewhat beyond `longest`."""
    parts, size = [], 0
    for part in json.JSONEncoder(ensure_ascii=False, indent=indent, default=str).iterencode(value):
        parts.append(part)
        size += len(part)
        if size > longest:
            break
    return "".join(parts)


def types(schema: Mapped, merger: Merger) -> Iterator[str]:
    """Yield the names of the types; of an array with what is in it."""
    names = _type_names(schema)
    for name in names:
        yield f"array of {_item_type(schema.get('items'), merger)}" if name == "array" else name
    if schema.get("nullable") is True and names and "null" not in names:  # OpenAPI 3.0
        yield "null"


def _type_names(schema: Mapped) -> list[str]:
    named = schema.get("type")
    names = [str(each)[:LONGEST] for each in (named if isinstance(named, list) else [named]) if each]
    if names:
        return list(dict.fromkeys(names))
    if "properties" in schema or isinstance(schema.get("additionalProperties"), dict):
        return ["object"]
    if "items" in schema or "prefixItems" in schema:
        return ["array"]
    values = [schema["const"]] if "const" in schema else as_list(schema.get("enum"))
    return list(dict.fromkeys(_type_of(value) for value in values[:MOST_VALUES]))


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}
    return names.get(type(value), "object")


def _item_type(items: Any, merger: Merger, depth: int = 0) -> str:
    if name := merger.page(items):
        return name
    merged = merger.merged(items)
    names = _type_names(merged)
    if names == ["array"] and depth < 4:
        return f"array of {_item_type(merged.get('items'), merger, depth + 1)}"
    return " or ".join(names) or "any"


def facts(schema: Mapped) -> Iterator[tuple[str, str]]:
    """Yield what limits the value: the keyword and what it says."""
    if isinstance(schema.get("$ref"), str):
        yield "$ref", shown(schema["$ref"])
    for key in FACTS:
        if key not in schema or (key == "uniqueItems" and schema[key] is False):
            continue
        if key not in {"exclusiveMinimum", "exclusiveMaximum"} or not isinstance(schema[key], bool):
            # OpenAPI 3.0 says of the limit itself whether it is exclusive.
            exclusive = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}.get(key, "")
            yield exclusive if schema.get(exclusive) is True else key, shown(schema[key])
    for key in EXTRA:
        if schema.get(key) is False:
            yield key, "false"
    yield from _demanded(schema)


def _demanded(schema: Mapped) -> Iterator[tuple[str, str]]:
    """Yield which fields must be there that it does not describe, or only beside another."""
    properties = as_dict(schema.get("properties"))
    alone = dict.fromkeys(str(each) for each in as_list(schema.get("required"))[:MOST_VALUES])
    if missing := [name for name in alone if name not in properties]:
        yield "required", shown(", ".join(missing))
    for name, names in islice(as_dict(schema.get("dependentRequired")).items(), MOST_VALUES):
        yield "dependentRequired", shown(f"{name}: {', '.join(map(str, as_list(names)[:MOST_VALUES]))}")


def values(schema: Mapped) -> tuple[list[str], list[str]]:
    """Return all values that are allowed, and what each means (empty where the document does not say)."""
    found = as_list(schema.get("enum"))
    if found:
        return [shown(each) for each in found[:MOST_VALUES]], _meanings(schema, found[:MOST_VALUES])
    options = as_list(schema.get("oneOf")) or as_list(schema.get("anyOf"))
    if options and all(isinstance(each, dict) and "const" in each and "properties" not in each for each in options):
        said = [str(each.get("description") or each.get("title") or "")[:LONGEST] for each in options[:MOST_VALUES]]
        return [shown(each["const"]) for each in options[:MOST_VALUES]], said if any(said) else []
    return [], []


def _meanings(schema: Mapped, found: list[Any]) -> list[str]:
    for key in ("x-enumDescriptions", "x-enum-descriptions", "x-enumNames", "x-enum-varnames"):
        said = schema.get(key)
        if isinstance(said, dict):
            return [str(said.get(str(each), ""))[:LONGEST] for each in found]
        if isinstance(said, list) and said:
            return [str(each)[:LONGEST] for each in islice([*said, *[""] * len(found)], len(found))]
    return []


def examples(schema: Mapped) -> Iterator[str]:
    """Yield the examples of a schema."""
    if "example" in schema:
        yield shown(schema["example"])
    for each in as_list(schema.get("examples"))[:3]:
        yield shown(each)
