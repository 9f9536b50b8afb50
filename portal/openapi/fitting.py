"""Whether a value fits a schema of a document, whichever version of OpenAPI that is."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.exceptions import UnknownType, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT4, DRAFT202012

from portal.openapi.documents import Document
from portal.openapi.patterns import matches

_DOCUMENT: Final = "urn:document"


def _pattern(_validator: Any, pattern: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and isinstance(pattern, str) and not matches(pattern, value):
        yield ValidationError("The text does not match the pattern.")


def _type(validator: Any, types: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    """Know 3.0's `nullable`."""
    if value is None and schema.get("nullable") is True:
        return
    yield from Draft4Validator.VALIDATORS["type"](validator, types, value, schema) or ()


def _enum(validator: Any, values: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if value is None and schema.get("nullable") is True:
        return
    yield from Draft4Validator.VALIDATORS["enum"](validator, values, value, schema) or ()


_OLD: type[Validator] = extend(Draft4Validator, {"pattern": _pattern, "type": _type, "enum": _enum})  # type: ignore[no-untyped-call]
_NEW: type[Validator] = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


def is_old(document: Document) -> bool:
    """Say whether the document is one of OpenAPI 3.0, whose schemas are those of JSON Schema's draft 4, nearly."""
    return str(document.raw.get("openapi", "")).startswith("3.0")


def fits(schema: Any, document: Document, value: Any) -> bool:
    """Say whether the value is valid. Formats are not looked at; nothing fits a schema that is itself broken."""
    old = is_old(document)
    specification = DRAFT4 if old else DRAFT202012
    registry: Registry[Any] = Registry().with_resource(_DOCUMENT, specification.create_resource(document.raw))
    kind = _OLD if old else _NEW
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
