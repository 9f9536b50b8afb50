"""OpenAPI documents, 3.0 and 3.1, as they are read from files: ours and those that a setting names."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from django.conf import settings
from django.utils.text import slugify

from portal.openapi.files import read

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PLACES: Final = ("paths", "webhooks", "x-webhooks")  # the last is how 3.0 says it
LONGEST_ID: Final = 120
LONGEST_URL: Final = 2_000
VARIABLE: Final = re.compile(r"\{([^{}]*)\}")
MAIN: Final = "main"
TAKEN: Final = (MAIN, "servers", "documents", "schemas")
"""Anchors that the index has itself; the page of a tag has the first."""
ADDRESSABLE: Final = re.compile(r"\w[\w.-]{0,119}\Z")
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
            found = self.at(reference)
        return found if isinstance(found, dict) else {}

    def at(self, reference: str) -> Any:
        """Return what stands at a local JSON Pointer in a fragment (RFC 6901), None where there is nothing."""
        if not reference.startswith("#/"):
            return None
        found: Any = self.raw
        for part in reference[2:].split("/"):
            name = unescaped(part)
            if isinstance(found, dict):
                found = found.get(name)
            elif isinstance(found, list) and name.isdecimal() and len(name) < 10 and int(name) < len(found):
                found = found[int(name)]
            else:
                return None
        return found

    def target(self, reference: str) -> Any:
        """Return the schema that a reference means, by pointer, anchor or `$id`; None where there is none."""
        found = self.at(reference)
        return self._anchors.get(reference) if found is None else found

    @cached_property
    def _anchors(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        waiting: list[Any] = [self.section("components", "schemas")]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                for key, sign in (("$anchor", "#"), ("$dynamicAnchor", "#"), ("$id", "")):
                    if isinstance(one.get(key), str):
                        found.setdefault(sign + one[key], one)
                waiting += one.values()
            elif isinstance(one, list):
                waiting += one
        return found


@dataclass(frozen=True)
class Server:
    """Where the API answers. `url` holds the defaults of its variables, each (name, default, values, description)."""

    url: str
    description: str
    variables: tuple[tuple[str, str, tuple[str, ...], str], ...] = ()


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
    servers: tuple[Server, ...] = ()

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
    """By what stands for their name in addresses (`address`)."""


def documents() -> dict[str, Path]:
    """Return every document's file by its slug; the site's own has the empty one."""
    return {
        "": Path(settings.OPENAPI_DOCUMENT),
        **{slug: Path(path) for slug, path in settings.OPENAPI_DOCUMENTS.items()},
    }


def contents(slug: str = "") -> Contents:
    """Return the contents of a document, read again when its file has changed.

    :raises KeyError: where there is no such document.
    :raises UnreadableDocumentError: where its file holds none.
    """
    path = documents()[slug]
    version = (path, path.stat().st_mtime_ns)
    known = _known.get(slug)
    if known is None or known[0] != version:
        known = _known[slug] = (version, contents_of(Document(slug, read(path))))
    return known[1]


_known: Final[dict[str, tuple[tuple[Path, int], Contents]]] = {}
"""Of each document what it holds now, by its slug: a large one takes 100 MB."""


def contents_of(document: Document) -> Contents:
    """Return what a document holds."""
    found = _with_ids([each for place in PLACES for each in _operations(document, place)])
    schemas = {address(name): _schema(each) for name, each in document.section("components", "schemas").items()}
    return Contents(document, tuple(_tags(document, list(found.values()))), found, schemas)


def address(name: str) -> str:
    """Return what stands for the name of a schema in addresses: itself, unless it cannot stand there."""
    if ADDRESSABLE.match(name):
        return name
    return f"{slugify(name)[:60]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")


def servers(document: Document, *found: Any) -> tuple[Server, ...]:
    """Return the servers of the first of these objects that names any; the last resort is the document itself."""
    for each in (*found, document.raw):
        named = as_list(each.get("servers")) if isinstance(each, dict) else []
        if named:
            return tuple(_server(document, one) for one in named if isinstance(one, dict))
    return ()


def unescaped(part: str) -> str:
    """Return a part of a JSON Pointer that stands in a fragment."""
    return unquote(part).replace("~1", "/").replace("~0", "~")


def as_list(found: Any) -> list[Any]:
    """Return a list as it is, an empty one for anything else."""
    return found if isinstance(found, list) else []


def as_dict(found: Any) -> Mapped:
    """Return an object as it is, an empty one for anything else."""
    return found if isinstance(found, dict) else {}


def _schema(found: Any) -> Mapped:
    """Return a schema; `false` is one that nothing fits."""
    return found if isinstance(found, dict) else {"not": {}} if found is False else {}


def _server(document: Document, found: Mapped) -> Server:
    variables = {}
    for name, raw in as_dict(found.get("variables")).items():
        variable = document.follow(raw)
        default = str(variable.get("default", ""))[:LONGEST_URL]
        values = tuple(str(each) for each in as_list(variable.get("enum")))
        variables[name] = (name, default, values, str(variable.get("description") or ""))
    url = str(found.get("url") or "/")[:LONGEST_URL]
    # Once: a variable within the default of another one could be endless.
    url = VARIABLE.sub(lambda one: variables[one[1]][1] if one[1] in variables else one[0], url)[:LONGEST_URL]
    return Server(url, str(found.get("description") or ""), tuple(variables.values()))


def _operations(document: Document, place: str) -> Iterator[Operation]:
    for path, raw in document.section(place).items():
        yield from operations_of(document, path, raw, is_webhook=place != "paths")


def operations_of(document: Document, path: str, raw: Any, *, is_webhook: bool = False) -> Iterator[Operation]:
    """Return the operations of a Path Item, whose ids may not be unique yet."""
    item = {**document.follow(raw), **(raw if isinstance(raw, dict) else {})}  # what stands beside a reference wins
    shared = tuple(document.follow(each) for each in as_list(item.get("parameters")))
    for method in METHODS:
        found = item.get(method)
        if isinstance(found, dict):
            tag = next((str(each) for each in as_list(found.get("tags"))), "")
            name = str(found.get("operationId") or f"{method}-{path}")
            where = servers(document, found, item)
            yield Operation(document, name, method.upper(), path, tag, found, shared, is_webhook, where)


def _with_ids(operations: list[Operation]) -> dict[str, Operation]:
    """Return the operations by what stands for them in addresses, each once."""
    found: dict[str, Operation] = {}
    unique = _Unique(MAIN)
    for each in operations:
        plain = each.id.replace("-", "").replace("_", "").isalnum() and len(each.id) <= LONGEST_ID
        name = unique(each.id if plain else slugify(each.id.replace("/", "-"))[:LONGEST_ID] or "operation")
        found[name] = replace(each, id=name)
    return found


def _tags(document: Document, operations: list[Operation]) -> Iterator[Tag]:
    described = {
        str(each.get("name")): str(each.get("description") or "")
        for each in as_list(document.raw.get("tags"))
        if isinstance(each, dict)
    }
    used: dict[str, list[Operation]] = {}
    for each in operations:
        used.setdefault(each.tag, []).append(each)
    unique = _Unique(*TAKEN)
    for name in [*(name for name in described if name in used), *(name for name in used if name not in described)]:
        slug = unique(slugify(name)[:LONGEST_ID] or "other")
        yield Tag(name, slug, described.get(name, ""), tuple(used[name]))


class _Unique:
    """Numbers what comes twice: `list`, `list-2`, `list-3`."""

    def __init__(self, *taken: str) -> None:
        self._next = dict.fromkeys(taken, 2)

    def __call__(self, base: str) -> str:
        name, number = base, self._next.get(base, 2)
        while name in self._next:
            name, number = f"{base}-{number}", number + 1
        self._next[base] = number
        self._next.setdefault(name, 2)
        return name
