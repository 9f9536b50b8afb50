"""Whether a value fits a schema of a document, whichever version of OpenAPI that is."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.exceptions import UnknownType, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT4, DRAFT202012

from portal.openapi.documents import Document, as_dict
from portal.openapi.patterns import found, matches

MOST: Final = 10_000
"""References that are followed for one value."""
MOST_COMPARED: Final = 1_000
"""Items that are compared with each other: each with all."""
_DOCUMENT: Final = "urn:document"


class _Followed(threading.local):
    references = 0


_followed: Final = _Followed()


def _reference(validator: Any, reference: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    _followed.references += 1
    if _followed.references > MOST:
        raise ValueError("A schema that refers to others twice, which do likewise, has no end.")
    yield from Draft202012Validator.VALIDATORS["$ref"](validator, reference, value, schema) or ()


def _unique(validator: Any, unique: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, list) and len(value) <= MOST_COMPARED:
        yield from Draft202012Validator.VALIDATORS["uniqueItems"](validator, unique, value, schema) or ()


def _pattern(_validator: Any, pattern: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and isinstance(pattern, str) and not matches(pattern, value):
        yield ValidationError("The text does not match the pattern.")


def _patterned(validator: Any, rules: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    for pattern, rule in as_dict(rules).items():
        for name, inner in as_dict(value).items():
            if found(pattern, name):
                yield from validator.descend(inner, rule, path=name, schema_path=pattern)


def _additional(validator: Any, rule: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    patterns, properties = as_dict(schema.get("patternProperties")), as_dict(schema.get("properties"))
    for name, inner in as_dict(value).items():
        if name not in properties and not any(matches(pattern, name) for pattern in patterns):
            if rule is False:
                yield ValidationError("There is a field that is not described.")
            elif isinstance(rule, Mapping):
                yield from validator.descend(inner, rule, path=name)


def _type(validator: Any, types: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    """Know 3.0's `nullable`."""
    if value is None and schema.get("nullable") is True:
        return
    yield from Draft4Validator.VALIDATORS["type"](validator, types, value, schema) or ()


def _enum(validator: Any, values: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if value is None and schema.get("nullable") is True:
        return
    yield from Draft4Validator.VALIDATORS["enum"](validator, values, value, schema) or ()


# What a document by others could make endless. The original of `unevaluatedProperties` tries patterns as well.
_BOUNDED: Final = {
    "$ref": _reference,
    "additionalProperties": _additional,
    "pattern": _pattern,
    "patternProperties": _patterned,
    "unevaluatedProperties": lambda *_: (),
    "uniqueItems": _unique,
}
_OLD: type[Validator] = extend(Draft4Validator, {**_BOUNDED, "type": _type, "enum": _enum})  # type: ignore[no-untyped-call]
_NEW: type[Validator] = extend(Draft202012Validator, _BOUNDED)  # type: ignore[no-untyped-call]


def is_old(document: Document) -> bool:
    """Say whether the document is one of OpenAPI 3.0, whose schemas are those of JSON Schema's draft 4, nearly."""
    return str(document.raw.get("openapi", "")).startswith("3.0")


def fits(schema: Any, document: Document, value: Any) -> bool:
    """Say whether the value is valid. Formats are not looked at; nothing fits a schema that is itself broken."""
    old = is_old(document)
    specification = DRAFT4 if old else DRAFT202012
    registry: Registry[Any] = Registry().with_resource(_DOCUMENT, specification.create_resource(document.raw))
    kind = _OLD if old else _NEW
    _followed.references = 0
    try:
        return bool(kind(_absolute(schema), registry=registry).is_valid(value))
    except (
        Unresolvable,
        UnknownType,
        RecursionError,
        TypeError,
        ValueError,
        AttributeError,
        KeyError,
        ArithmeticError,
    ):
        return False


def _absolute(schema: Any) -> Any:
    """Return the schema with references that lead into the document from anywhere."""
    match schema:
        case Mapping():
            return {
                name: _DOCUMENT + inner
                if name == "$ref" and isinstance(inner, str) and inner.startswith("#")
                else _absolute(inner)
                for name, inner in schema.items()
            }
        case list():
            return [_absolute(inner) for inner in schema]
    return schema
