"""`fields` blocks: the fields of a schema of the OpenAPI document, as a table.

The document is English. What its descriptions mean in another language stands in `<language>/fields.yaml` beside the
guides, `description: translation`; a description that is not there is shown as it is.
"""

from collections.abc import Mapping
from typing import Final

import yaml
from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from portal.guides.tables import Cell, Table, written
from portal.openapi.document import Property, properties

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


def words(language: str) -> Mapping[str, str]:
    """Return the translated descriptions of a language, by their English."""
    path = settings.DOCS_DIR / language / "fields.yaml"
    return yaml.safe_load(path.read_text()) if path.exists() else {}


def _value(one: Property) -> str:
    if one.values:
        return " ".join(f"`{value}`" for value in one.values)
    return _(KINDS[one.kind])
