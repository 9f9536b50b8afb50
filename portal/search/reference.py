"""What can be found in the reference: operations, schemas and their fields, of our document and of further ones."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from django.urls import NoReverseMatch, reverse
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from portal.console.descriptions import scopes_of
from portal.openapi.documents import Contents, Mapped, Operation, Tag, contents, documents
from portal.openapi.values import parameters_of
from portal.openapi.words import words
from portal.reference.nodes import Node
from portal.reference.schemas import Tree
from portal.search.entry import ENGLISH, Entry, Kind
from portal.search.words import VERBS, parts_of

LINK: Final = re.compile(r"\[([^\]\n]*)\]\([^)\s]*\)")
MARKUP: Final = re.compile(r"[`*]|^[#>\s-]+", re.MULTILINE)
LONGEST: Final = 5_000
"""Characters of a description that are searched."""
LONGEST_TITLE: Final = 120
"""Characters of a title, and of the place of an entry: documents by others have titles as long as a page."""


def entries(language: str) -> Iterator[Entry]:
    """Yield what can be found in every document."""
    for slug in documents():
        yield from _Reading(contents(slug), language).entries()


class _Reading:
    """Reads one document for one language, which is the active one."""

    def __init__(self, found: Contents, language: str) -> None:
        self.contents, self.language = found, language
        self.document = found.document
        self.known: Mapping[str, str] = {} if found.document.slug else words(language)
        self.told: set[tuple[str, str]] = set()

    @cached_property
    def name(self) -> str:
        return self.document.title if self.document.slug else _("API reference")

    def entries(self) -> Iterator[Entry]:
        yield from self._entry(Kind.PAGE, "", "", self.name, "", self.document.description)
        for tag in self.contents.tags:
            yield from self._tag(tag)
        for name, schema in self.contents.schemas.items():
            yield from self._schema(name, schema)

    def _tag(self, tag: Tag) -> Iterator[Entry]:
        yield from self._entry(Kind.PAGE, "tag", tag.slug, tag.name or _("Other"), self.name, tag.description)
        for one in tag.operations:
            yield from self._operation(one, tag)

    def _operation(self, one: Operation, tag: Tag) -> Iterator[Entry]:
        parameters = parameters_of(one)
        where = f"{one.method} {one.path}"
        yield from self._entry(
            Kind.OPERATION,
            "operation",
            one.id,
            one.summary,
            where,
            one.description,
            names=(one.id, f"{one.method}{one.path}", one.path, one.method),
            code=" ".join(
                [self._said(tag.name), *_verbs(one), *scopes_of(one), *(str(each["name"]) for each in parameters)]
            ),
        )
        if not self.document.slug:
            for each in parameters:
                name, text = str(each["name"]), str(each.get("description") or "")
                yield from self._field("operation", one.id, where, f"{each.get('in')}.{name}", name, text)

    def _schema(self, name: str, schema: Mapped) -> Iterator[Entry]:
        node = Tree(self.document).node(schema, above=(name,))
        where = f"{self.name} / {_('Schemas')}"
        code = " ".join(_names(node))
        yield from self._entry(Kind.SCHEMA, "schema", name, name, where, node.description, names=(name,), code=code)
        if not self.document.slug:  # of a further one, its schemas by the names of their fields are enough
            for child in node.children:
                values = " ".join(child.values)
                yield from self._field("schema", name, name, child.anchor, child.name, child.description, values)

    def _field(
        self, page: str, place: str, where: str, anchor: str, name: str, text: str, code: str = ""
    ) -> Iterator[Entry]:
        """Yield a field or a parameter; what many operations take alike, once."""
        alike = (anchor, text or place)
        if alike in self.told:
            return
        self.told.add(alike)
        names = (name, f"{where}.{name}")
        yield from self._entry(Kind.FIELD, page, place, name, where, text, names=names, code=code, anchor=anchor)

    def _entry(
        self,
        kind: Kind,
        page: str,
        name: str,
        title: str,
        where: str,
        text: str,
        *,
        names: tuple[str, ...] = (),
        code: str = "",
        anchor: str = "",
    ) -> Iterator[Entry]:
        """Yield the entry, if its page has an address."""
        view = f"reference-{page}" if page else "reference"
        parts = [part for part in (self.document.slug, name) if part]
        try:
            url = reverse(f"{view}-of" if self.document.slug else view, args=parts)
        except NoReverseMatch:
            return
        language = self.language if title in self.known or not text or text in self.known else ENGLISH
        address = f"{url}#{anchor}" if anchor else url
        shown, where = (Truncator(each).chars(LONGEST_TITLE) for each in (self._said(title), where))
        yield Entry(kind, address, shown, where, url, plain(self._said(text)), language, names, code)

    def _said(self, text: str) -> str:
        return self.known.get(text, text)


def plain(text: str) -> str:
    """Return CommonMark as text on one line, near enough to be read in a snippet."""
    return " ".join(MARKUP.sub("", LINK.sub(r"\1", strip_tags(text[:LONGEST]))).split())


def _verbs(one: Operation) -> Iterator[str]:
    """Yield other words for what the operation does, which its description need not say."""
    verb = next(parts_of(one.id), "")
    for verbs in VERBS:
        if verb in verbs:
            yield from sorted(verbs)


def _names(node: Node) -> Iterator[str]:
    for child in (*node.children, *node.alternatives):
        if child.name.strip("*[]"):
            yield child.name
        yield from _names(child)
