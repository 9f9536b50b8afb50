"""The versions of our own document that were published: a copy of each without its examples, and a note beside it."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings

from portal.openapi.differences import Difference, differences
from portal.openapi.documents import Document, contents
from portal.openapi.files import read

NUMBER: Final = re.compile(r"\d+\.\d+\.\d+")
FRONT: Final = re.compile(r"---\ndate: (\d{4}-\d\d-\d\d)\n---\n(.*)", re.DOTALL)
NAMED: Final = {"properties", "patternProperties", "schemas", "headers", "parameters", "dependentSchemas"}
"""Below these stand names, and a field may be called `example`."""


@dataclass(frozen=True)
class Note:
    """What a version means to people: Markdown."""

    date: date
    text: str


def number_of(document: Document) -> str:
    """Return the version that the document says it is."""
    return str(document.section("info").get("version"))


def published() -> list[str]:
    """Return the numbers of the versions that were published, the newest first."""
    found = [path.stem for path in Path(settings.OPENAPI_VERSIONS).glob("*.yaml") if NUMBER.fullmatch(path.stem)]
    return sorted(found, key=_order, reverse=True)


@lru_cache(maxsize=32)
def version(number: str, folder: Path) -> Document:
    """Return the document as it was published."""
    return Document("", read(folder / f"{number}.yaml"))


def note(number: str, language: str) -> Note | None:
    """Return a version's note in a language, in English where it has none in that, None where there is none at all.

    :raises ValueError: where the file does not begin with its date.
    """
    folder = Path(settings.OPENAPI_VERSIONS)
    files = (folder / each / f"{number}.md" for each in (language, "en"))
    path = next((each for each in files if each.exists()), None)
    if path is None:
        return None
    match = FRONT.fullmatch(path.read_text())
    if match is None:
        raise ValueError(f"{path}: a note begins with its date, as 2026-11-23, between --- lines")
    return Note(date.fromisoformat(match[1]), match[2].strip())


def since(number: str, until: str = "") -> list[Difference]:
    """Return what differs between a published version and a later one, or the present document."""
    folder = Path(settings.OPENAPI_VERSIONS)
    after = version(until, folder) if until else contents().document
    return differences(version(number, folder), after)


def faults() -> list[str]:
    """Return why the present document may not be merged: what breaks clients needs a number and a note of its own."""
    last = next(iter(published()), None)
    if last is None:
        return ["no version was published yet"]
    number = number_of(contents().document)
    if not NUMBER.fullmatch(number) or _order(number) < _order(last):
        return [f"the document says it is {number}; {last} is published"]
    breaking = [_said(each) for each in since(last) if each.breaking]
    if not breaking:
        return []
    found = [] if _order(number) > _order(last) else [f"the document still says it is {number}: raise its version"]
    if note(number, "en") is None or number == last:
        found.append(f"no note says what people must do: en/<version>.md in {settings.OPENAPI_VERSIONS.name}")
    return [*found, *(f"breaks clients of {last}: {each}" for each in breaking)] if found else []


def publish() -> Path:
    """Write the copy of the present document as the version that it says it is.

    :raises ValueError: where that was published already, or something is missing.
    """
    document = contents().document
    number = number_of(document)
    path = Path(settings.OPENAPI_VERSIONS) / f"{number}.yaml"
    if path.exists():
        raise ValueError(f"{number} is published already: raise the version of the document")
    if found := faults():
        raise ValueError("\n".join(found))
    missing = [code for code, _name in settings.LANGUAGES if not (path.parent / code / f"{number}.md").exists()]
    if missing:
        raise ValueError(f"a version needs a note in every language: {', '.join(missing)}/{number}.md is missing")
    path.write_text(yaml.dump(without_examples(document.raw), Dumper=yaml.CSafeDumper, sort_keys=False, width=120))
    return path


def without_examples(found: Any, *, named: bool = False) -> Any:
    """Return the document without what nobody compares, which is half of it."""
    if isinstance(found, list):
        return [without_examples(each) for each in found]
    if not isinstance(found, dict):
        return found
    return {
        key: without_examples(value, named=not named and key in NAMED)
        for key, value in found.items()
        if named or key not in ("example", "examples")
    }


def _order(number: str) -> tuple[int, ...]:
    return tuple(map(int, number.split(".")))


def _said(difference: Difference) -> str:
    change = difference.change
    where = difference.operation.id if difference.operation else difference.schema
    values = " → ".join(each for each in (change.before, change.after) if each)
    return " ".join(filter(None, (where, change.place, change.what, change.kind, values)))
