"""`fields` blocks: the fields of a schema of the OpenAPI document, as a table."""

from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from portal.guides.tables import Cell, Table, written
from portal.openapi.document import Property, properties
from portal.openapi.words import words

KINDS: Final = {
    "array": noop("list"),
    "boolean": noop("true or false"),
    "date": noop("date"),
    "date-time": noop("time"),
    "integer": noop("whole number"),
    "number": noop("number"),
    "object": noop("object"),
    "string": noop("text"),
    "uuid": noop("UUID"),
}


def fields(schema: str, language: str) -> SafeString:
    """Return the table of a schema in the active language, whose name is `language`.

    :raises UnknownSchemaError: where the document has no such schema.
    """
    return written(*fields_of(schema, language))


def fields_of(schema: str, language: str) -> Table:
    """Return the heads and the rows of that table.

    :raises UnknownSchemaError: where the document has no such schema.
    """
    known = words(language)
    rows: list[list[Cell]] = [
        [
            {"code": one.path},
            {"text": _value(one)},
            {"text": _("yes") if one.required else _("no")},
            {"text": known.get(one.description, one.description)},
        ]
        for one in properties(schema)
    ]
    return [_("Field"), _("Value"), _("Required"), _("Meaning")], rows


def _value(one: Property) -> str:
    if one.values:
        return " ".join(f"`{value}`" for value in one.values)
    return _(KINDS[one.kind])
