"""What breaks clients is not merged without a number and a note of its own."""

import re
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from pytest_django import Settings

from portal.openapi import versions
from portal.openapi.differences import differences
from portal.openapi.documents import Document, contents

Edit = Callable[[Callable[[Any], object]], None]
LAST = versions.published()[0]
NEXT = "99.0.0"


@pytest.fixture
def edit(tmp_path: Path, settings: Settings) -> Edit:
    """Return a function that edits the present document. The last version is as it was before."""
    path, folder = tmp_path / "openapi.yaml", tmp_path / "versions"
    shutil.copytree(settings.OPENAPI_VERSIONS, folder)
    raw = yaml.load((folder / f"{LAST}.yaml").read_bytes(), yaml.CSafeLoader)
    path.write_text(yaml.dump(raw, Dumper=yaml.CSafeDumper))
    settings.OPENAPI_DOCUMENT, settings.OPENAPI_VERSIONS = path, folder

    def edited(change: Callable[[Any], object]) -> None:
        change(raw)
        path.unlink()
        path.write_text(yaml.dump(raw, Dumper=yaml.CSafeDumper))

    return edited


def write_note(language: str) -> None:
    (Path(settings.OPENAPI_VERSIONS) / language / f"{NEXT}.md").write_text("---\ndate: 2027-01-01\n---\nDo this.\n")


def remove_an_operation(document: Any) -> None:
    document["paths"].pop("/connect/patients/resolve")


def raise_version(document: Any) -> None:
    document["info"]["version"] = NEXT


def check() -> None:
    call_command("openapi_version", "--check")


def test_the_committed_document_may_be_merged() -> None:
    check()


def test_a_breaking_change_needs_a_higher_version_and_a_note(edit: Edit) -> None:
    check()
    edit(remove_an_operation)
    with pytest.raises(CommandError, match="raise its version") as refused:
        check()
    assert f"breaks clients of {LAST}: resolvePatient" in str(refused.value)
    edit(raise_version)
    with pytest.raises(CommandError, match="no note says"):
        check()
    write_note("en")
    check()


def test_what_breaks_nobody_needs_neither(edit: Edit) -> None:
    edit(lambda document: document["paths"].update({"/x": {"get": {"responses": {}}}}))
    check()


def test_the_version_does_not_go_back(edit: Edit) -> None:
    edit(lambda document: document["info"].update(version="0.9.0"))
    with pytest.raises(CommandError, match=f"{LAST} is published"):
        check()


def test_a_version_is_published_once_with_its_notes(edit: Edit) -> None:
    with pytest.raises(CommandError, match="published already"):
        call_command("openapi_version")
    edit(raise_version)
    write_note("en")
    with pytest.raises(CommandError, match=f"fr/{NEXT}.md is missing"):
        call_command("openapi_version")
    write_note("fr")
    call_command("openapi_version", stdout=StringIO())
    assert versions.published()[:2] == [NEXT, LAST]
    assert versions.since(NEXT) == []


def test_a_copy_holds_all_that_is_compared_and_no_example() -> None:
    document = contents().document
    copy = versions.without_examples(document.raw)
    assert differences(document, Document("", copy)) == []
    assert "'examples':" in str(document.raw)
    assert "'examples':" not in str(copy)
    assert versions.without_examples({"properties": {"example": {"example": 1}}}) == {"properties": {"example": {}}}


def test_every_version_has_a_note_in_every_language_with_the_same_date_and_links() -> None:
    for number in versions.published():
        found = [versions.note(number, language) for language, _name in settings.LANGUAGES]
        files = [Path(settings.OPENAPI_VERSIONS) / code / f"{number}.md" for code, _name in settings.LANGUAGES]
        assert all(path.exists() for path in files)
        assert len({note.date for note in found if note}) == 1
        links = {tuple(re.findall(r"\]\((?:/fr)?([^)]+)\)", note.text)) for note in found if note}
        assert len(links) == 1
