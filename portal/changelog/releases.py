"""The versions of the API as a page shows them, the newest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import markdown
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.changelog.addresses import operation_address, schema_address
from portal.changelog.words import KINDS, consequence, sentence
from portal.openapi import versions
from portal.openapi.comparing import Kind
from portal.openapi.differences import Difference


@dataclass(frozen=True)
class Place:
    """Where something has changed. `address` is empty for what is no longer in the reference."""

    label: str
    summary: str
    address: str


@dataclass(frozen=True)
class Entry:
    """One change, with every operation that it touches. `text` has code between backticks."""

    what: str
    text: str
    consequence: str
    schema: Place | None
    """The named schema that has changed, where it is one."""
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Group:
    """Changes of one kind."""

    key: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Release:
    """A version; `number` and `date` are empty for what is not published as one yet."""

    number: str
    date: date | None
    text: str
    groups: tuple[Group, ...]

    @property
    def html(self) -> SafeString:
        """Return the note's words as HTML."""
        return mark_safe(markdown.markdown(self.text, extensions=["sane_lists"]))  # noqa: S308 - committed with the code

    @property
    def is_breaking(self) -> bool:
        """Say whether anybody must do something."""
        return any(group.key == "breaking" for group in self.groups)


def releases() -> list[Release]:
    """Return all versions in the active language, before them what has changed since the last."""
    numbers = versions.published()
    found = [
        _release(number, versions.since(before, number) if before else [])
        for number, before in zip(numbers, [*numbers[1:], ""], strict=True)
    ]
    newer = versions.since(numbers[0]) if numbers else []
    return [Release("", None, "", tuple(_groups(newer))), *found] if newer else found


def _release(number: str, found: list[Difference]) -> Release:
    note = versions.note(number, get_language() or "en")
    return Release(number, note.date if note else None, note.text if note else "", tuple(_groups(found)))


def _groups(found: list[Difference]) -> Iterator[Group]:
    if breaking := [each for each in found if each.breaking]:
        yield Group("breaking", _("Breaking changes"), tuple(_entries(breaking)))
    for kind in Kind:
        if alike := [each for each in found if each.change.kind == kind and not each.breaking]:
            yield Group(kind.value, str(KINDS[kind]), tuple(_entries(alike)))


def _entries(found: Iterable[Difference]) -> Iterator[Entry]:
    """Yield each change once, with its places; new operations come first."""
    alike: dict[tuple[str, str, str, Place | None], dict[Place, None]] = {}
    for each in sorted(found, key=lambda one: one.change.what != "operation"):
        schema = Place(each.schema, "", schema_address(each)) if each.schema else None
        places = alike.setdefault((each.change.what, sentence(each), consequence(each), schema), {})
        places |= dict.fromkeys(_places(each))
    for said, places in alike.items():
        yield Entry(*said, tuple(places))


def _places(difference: Difference) -> Iterator[Place]:
    for each in (difference.operation, *difference.users):
        if each is not None:
            change = difference.change if each is difference.operation else None
            yield Place(f"{each.method} {each.path}", _(each.summary), operation_address(each, change))
