"""Every public page with words on it, for the sitemap and for llms.txt."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _

from portal.guides.library import ENGLISH, library
from portal.openapi import versions
from portal.openapi.documents import contents, documents
from portal.openapi.words import words
from portal.problems.catalogue import KNOWN_ERRORS
from portal.ui.public import twin_of

BESIDE: Final = {"reference-scopes": gettext_noop("Scopes"), "console": gettext_noop("Console")}
"""Pages that belong to our own document."""


@dataclass(frozen=True)
class PublicPage:
    """A page in one language."""

    name: str
    arguments: tuple[str, ...]
    language: str
    title: str
    summary: str = ""
    changed: date | None = None

    @property
    def path(self) -> str:
        """Return its address on this site."""
        with override(self.language):
            return reverse(self.name, args=self.arguments)

    @property
    def twin(self) -> str:
        """Return the address of the same as Markdown, empty where there is none."""
        with override(self.language):
            return twin_of(self.path)


@dataclass(frozen=True)
class Section:
    """Pages of one kind. Where it is `optional` others say the same, or it is about the API of somebody else."""

    title: str
    pages: tuple[PublicPage, ...]
    optional: bool = False


def sections(language: str) -> list[Section]:
    """Return every public page in a language, in the order in which a stranger would read them."""
    with override(language):
        home = PublicPage("home", (), language, "OpesCare Developers")
        guides = [
            Section(
                section.title,
                tuple(
                    PublicPage("guide", (one.slug,), language, one.title, one.summary, one.changed)
                    for one in (page.source for page in section.pages)
                ),
            )
            for section in library().sections[language]
        ]
        reference = [section for slug in documents() for section in _reference(slug, language)]
        return [Section("", (home,)), *guides, *reference, _errors(language), _changelog(language)]


def _reference(slug: str, language: str) -> Iterator[Section]:
    found = contents(slug)
    title = found.document.title
    known = {} if slug else words(language)

    def page(name: str, part: str, title: str, summary: str = "") -> PublicPage:
        arguments = tuple(each for each in (slug, part) if each)
        return PublicPage(f"reference-{name}-of" if slug else f"reference-{name}", arguments, language, title, summary)

    index = PublicPage("reference-of" if slug else "reference", (slug,) if slug else (), language, title)
    beside = () if slug else tuple(PublicPage(name, (), language, _(title)) for name, title in BESIDE.items())
    operations = (
        page("operation", each.id, known.get(each.summary, each.summary), f"`{each.method} {each.path}`")
        for each in found.operations.values()
    )
    yield Section(title, tuple(filter(_is_there, (index, *beside, *operations))), optional=bool(slug))
    tags = (page("tag", each.slug, known.get(each.name, each.name)) for each in found.tags)
    schemas = (page("schema", name, name) for name in found.schemas)
    yield Section(
        _("Schemas of %(title)s") % {"title": title}, tuple(filter(_is_there, (*tags, *schemas))), optional=True
    )


def _is_there(page: PublicPage) -> bool:
    """Say whether the page has an address: a document can hold names that no address can."""
    try:
        return bool(page.path)
    except NoReverseMatch:
        return False


def _errors(language: str) -> Section:
    index = PublicPage("error-list", (), language, _("Errors of the API"))
    pages = (PublicPage("error-page", (code,), language, _(each.title)) for code, each in KNOWN_ERRORS.items())
    return Section(_("Errors"), (index, *pages))


def _changelog(language: str) -> Section:
    newest = next(iter(versions.published()), "")
    note = versions.note(newest, language)
    page = PublicPage(
        "changelog",
        (),
        language,
        _("Changelog of the Connect API"),
        _("What changed between the versions of the API, and what you must do."),
        note.date if note else None,
    )
    return Section(_("Changelog"), (page,))


def here() -> str:
    """Return the active language."""
    return get_language() or ENGLISH


def languages() -> list[str]:
    """Return the code of every language."""
    return [code for code, _name in settings.LANGUAGES]
