"""Tables of fields: all that the OpenAPI document says of a schema, in the reader's language."""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import override

from portal.guides.fields import fields
from portal.openapi.document import properties
from portal.openapi.documents import contents
from portal.openapi.words import words
from portal.problems.catalogue import PROBLEMS

REFUSALS = re.compile(rf"(`({'|'.join(PROBLEMS)})`: [^`]+\. ?)+")
"""The answers of a status, made of the titles of errors: those are in the catalogue of the interface."""


def described(found: Any) -> Iterator[str]:
    """Yield everything that the document says in words, but for what is sent and answered in its examples."""
    if isinstance(found, dict):
        for name, value in found.items():
            if name in {"description", "summary"} and isinstance(value, str):
                yield value
            elif name == "examples" and isinstance(value, dict):
                yield from described([{"summary": one.get("summary")} for one in value.values()])
            elif name != "example":
                yield from described(value)
    elif isinstance(found, list):
        for value in found:
            yield from described(value)


def test_a_field_of_a_field_is_named_by_its_path() -> None:
    table = fields("EncounterPush", "en")
    for path in ("period.start", "diagnoses[].local_code.code"):
        assert f"<code>{path}</code>" in table
    assert "<code>AMB</code>" in table
    assert table.count("<tr>") == len(properties("EncounterPush")) + 1


def test_whether_a_field_is_required_is_what_the_document_says() -> None:
    required = {one.path: one.required for one in properties("LabResultsPush")}
    assert (required["issued"], required["collected"], required["results[].value_quantity.unit"]) == (True, False, True)


def test_every_description_of_the_document_is_translated_and_no_other() -> None:
    document = yaml.safe_load(settings.OPENAPI_DOCUMENT.read_text())
    said = {text for text in described(document) if not REFUSALS.fullmatch(text)}
    assert set(words("fr")) == said | {tag.name for tag in contents().tags}


def test_a_french_table_is_french() -> None:
    with override("fr"):
        table = fields("Stored", "fr")
    assert "la première est 1" in table
    assert "the first is 1" not in table
