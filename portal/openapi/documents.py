"""OpenAPI documents, 3.0 and 3.1, as they are read from files: ours and those that a setting names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings
from django.utils.text import slugify

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Mapped = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Document:
    """One document. `slug` is its part of the address, empty for the site's own."""

    slug: str
    raw: dict[str, Any] = field(repr=False)

    @property
    def title(self) -> str:
        """Return its name."""
        return str(self.section("info").get("title") or self.slug)

    @property
    def version(self) -> str:
        """Return its version."""
        return str(self.section("info").get("version") or "")

    @property
    def description(self) -> str:
        """Return what it says of itself, as CommonMark."""
        return str(self.section("info").get("description") or "")

    def section(self, *names: str) -> Mapped:
        """Return the object at this place, an empty one where there is none."""
        found: Any = self.raw
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}

    def follow(self, found: Any) -> Mapped:
        """Return what a Reference Object leads to within the document, itself where it is none.

        A reference that leads nowhere, outside, or round in a circle is an empty object.
        """
        seen = set()
        while isinstance(found, dict) and isinstance(found.get("$ref"), str):
            reference = found["$ref"]
            if reference in seen:
                return {}
            seen.add(reference)
            found = self._at(reference)
        return found if isinstance(found, dict) else {}

    def _at(self, reference: str) -> Any:
        """Return what stands at a local JSON Pointer (RFC 6901)."""
        if not reference.startswith("#/"):
            return None
        found: Any = self.raw
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict):
                found = found.get(name)
            elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            else:
                return None
        return found


@dataclass(frozen=True, eq=False)
class Operation:
    """One method of a path, or of a webhook."""

    document: Document
    id: str
    method: str
    path: str
    tag: str
    raw: Mapped = field(repr=False)
    shared: tuple[Mapped, ...] = field(default=(), repr=False)
    """The path's own parameters."""
    is_webhook: bool = False

    @property
    def summary(self) -> str:
        """Return its name for people."""
        return str(self.raw.get("summary") or self.raw.get("operationId") or f"{self.method} {self.path}")

    @property
    def description(self) -> str:
        """Return what it does, as CommonMark."""
        return str(self.raw.get("description") or "")

    @property
    def deprecated(self) -> bool:
        """Say whether nobody should begin to use it."""
        return self.raw.get("deprecated") is True


@dataclass(frozen=True)
class Tag:
    """Operations that belong together."""

    name: str
    slug: str
    description: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, eq=False)
class Contents:
    """What a document holds, in its order."""

    document: Document
    tags: tuple[Tag, ...]
    operations: Mapping[str, Operation]
    schemas: Mapping[str, Mapped]


def documents() -> dict[str, Path]:
    """Return every document's file by its slug; the site's own has the empty one."""
    return {
        "": Path(settings.OPENAPI_DOCUMENT),
        **{slug: Path(path) for slug, path in settings.OPENAPI_DOCUMENTS.items()},
    }


def contents(slug: str = "") -> Contents:
    """Return the contents of a document, read again when its file has changed.

    :raises KeyError: where there is no such document.
    """
    path = documents()[slug]
    return _contents(slug, path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _contents(slug: str, path: Path, _changed: int) -> Contents:
    with path.open("rb") as file:
        raw = yaml.load(file, yaml.CSafeLoader)  # JSON is YAML; the safe loader, ten times as fast
    return contents_of(Document(slug, raw if isinstance(raw, dict) else {}))


def contents_of(document: Document) -> Contents:
    """Return what a document holds."""
    found = _with_ids([*_operations(document, "paths"), *_operations(document, "webhooks")])
    schemas = {name: schema for name, schema in document.section("components", "schemas").items() if name}
    return Contents(document, tuple(_tags(document, list(found.values()))), found, schemas)


def _operations(document: Document, place: str) -> Iterator[Operation]:
    for path, item in document.section(place).items():
        item = document.follow(item)  # noqa: PLW2901 - a Path Item may be a reference
        shared = tuple(document.follow(each) for each in _list(item.get("parameters")))
        for method in METHODS:
            raw = item.get(method)
            if isinstance(raw, dict):
                tag = next((str(each) for each in _list(raw.get("tags"))), "")
                name = str(raw.get("operationId") or f"{method}-{path}")
                yield Operation(document, name, method.upper(), str(path), tag, raw, shared, place == "webhooks")


def _with_ids(operations: list[Operation]) -> dict[str, Operation]:
    """Return the operations by what stands for them in addresses, each once."""
    found: dict[str, Operation] = {}
    for each in operations:
        base = (
            each.id
            if each.id.replace("-", "").replace("_", "").isalnum()
            else slugify(each.id.replace("/", "-")) or "operation"
        )
        name, number = base, 2
        while name in found:
            name, number = f"{base}-{number}", number + 1
        found[name] = Operation(
            each.document, name, each.method, each.path, each.tag, each.raw, each.shared, each.is_webhook
        )
    return found


def _tags(document: Document, operations: list[Operation]) -> Iterator[Tag]:
    described = {
        str(each.get("name")): str(each.get("description") or "")
        for each in _list(document.raw.get("tags"))
        if isinstance(each, dict)
    }
    used = dict.fromkeys(each.tag for each in operations)
    slugs: set[str] = set()
    for name in [*(name for name in described if name in used), *(name for name in used if name not in described)]:
        slug, number = slugify(name) or "other", 2
        while slug in slugs:
            slug, number = f"{slugify(name) or 'other'}-{number}", number + 1
        slugs.add(slug)
        yield Tag(name, slug, described.get(name, ""), tuple(each for each in operations if each.tag == name))


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
