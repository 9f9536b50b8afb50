"""Tables of fields: all that the OpenAPI document says of a schema, in the reader's language."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import override

from portal.guides.directives import directives
from portal.guides.fields import fields, words
from portal.guides.sources import sources
from portal.openapi.document import properties


def described(language: str) -> Iterator[str]:
    """Yield every description of a field that a page of this language shows."""
    for page in sources(settings.DOCS_DIR, language):
        for block in directives(page):
            if block.kind == "fields":
                yield from (one.description for one in properties(block.name))


def test_a_field_of_a_field_is_named_by_its_path() -> None:
    table = fields("EncounterPush", "en")
    for path in ("period.start", "diagnoses[].local_code.code"):
        assert f"<code>{path}</code>" in table
    assert "<code>AMB</code>" in table
    assert table.count("<tr>") == len(properties("EncounterPush")) + 1


def test_whether_a_field_is_required_is_what_the_document_says() -> None:
    required = {one.path: one.required for one in properties("LabResultsPush")}
    assert (required["issued"], required["collected"], required["results[].value_quantity.unit"]) == (True, False, True)


def test_every_description_that_a_french_page_shows_is_translated_and_no_other() -> None:
    assert set(words("fr")) == set(described("fr"))


def test_a_french_table_is_french() -> None:
    with override("fr"):
        table = fields("Stored", "fr")
    assert "la première est 1" in table
    assert "the first is 1" not in table
