"""All guides of all languages: read, rendered and checked once, and again in development when a file changes."""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from portal.guides.directives import call_of, directives
from portal.guides.rendering import PlacedCall, Rendered, render
from portal.guides.sources import PageError, Source, sources
from portal.guides.twins import markdown
from portal.guides.variables import unknown_variable, variables
from portal.openapi.documents import documents
from portal.samples.calls import Call
from portal.ui import public

ENGLISH = "en"
RECHECK = 1.0
HREF = re.compile(r'href="([^"]*)"')
GUIDE = re.compile(r"([a-z0-9-]+)\.md")


@dataclass(frozen=True)
class Page:
    """One guide as a reader of `language` gets it; `source.language` differs where it is not translated yet."""

    language: str
    source: Source
    html: SafeString
    contents: tuple[Mapping[str, Any], ...]
    calls: tuple[PlacedCall, ...]
    section: str
    stale: bool
    translations: tuple[str, ...]
    is_chain: bool
    values: Mapping[str, str] = field(repr=False)

    @property
    def untranslated(self) -> bool:
        """Say whether the reader gets English for want of his own language."""
        return self.source.language != self.language

    @property
    def url(self) -> str:
        """Return the page's path in its reader's language."""
        with override(self.language):
            return reverse("guide", args=[self.source.slug])

    @property
    def edit_url(self) -> str:
        """Return where the source can be edited, empty where EDIT_URL is not set."""
        path = self.source.path.relative_to(settings.DOCS_DIR)
        return f"{settings.EDIT_URL}/{path}" if settings.EDIT_URL else ""

    @property
    def markdown(self) -> str:
        """Return the page's Markdown twin."""
        return markdown(self.source, self.values)


@dataclass(frozen=True)
class Section:
    """A part of the navigation."""

    title: str
    pages: tuple[Page, ...]


class Library:
    """Every page in every language.

    :raises PageError: where anything on any page is wrong.
    """

    def __init__(self) -> None:
        written = {language: list(sources(settings.DOCS_DIR, language)) for language, _ in settings.LANGUAGES}
        self.values = variables()
        self._by_slug = {language: _by_slug(found) for language, found in written.items()}
        self._rendered = {source: render(source, self.values) for source in chain(*written.values())}
        self.sections = {language: self._sections(language) for language in written}
        self.pages = {
            language: {page.source.slug: page for section in sections for page in section.pages}
            for language, sections in self.sections.items()
        }
        for source in chain(*written.values()):
            self._check_anchors(source)

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """Return the pages before and after this one."""
        pages = list(self.pages[page.language].values())
        pairs: list[tuple[Page | None, Page | None]] = list(pairwise([None, *pages, None]))
        at = pages.index(page)
        return pairs[at][0], pairs[at + 1][1]

    def _sections(self, language: str) -> tuple[Section, ...]:
        found = []
        for name, title in _section_titles(language).items():
            slugs = sorted((source for source in self._english() if source.section == name), key=lambda one: one.order)
            pages = tuple(self._page(language, source.slug, title) for source in slugs)
            found.append(Section(title, pages))
        return tuple(found)

    def _english(self) -> Iterator[Source]:
        yield from self._by_slug[ENGLISH].values()

    def _page(self, language: str, slug: str, section: str) -> Page:
        english = self._by_slug[ENGLISH][slug]
        source = self._by_slug[language].get(slug, english)
        rendered = self._rendered[source]
        return Page(
            language=language,
            source=source,
            html=self._localised(source, rendered, language),
            contents=rendered.contents,
            calls=rendered.calls,
            section=section,
            stale=source.language != ENGLISH and source.translates != english.digest,
            is_chain=rendered.is_chain,
            values=self.values,
            translations=tuple(name for name, found in self._by_slug.items() if slug in found),
        )

    def _localised(self, source: Source, rendered: Rendered, language: str) -> SafeString:
        """Return the HTML with every link pointing to this language's pages, each of them checked."""

        def href(match: re.Match[str]) -> str:
            return f'href="{self._resolved(source, rendered, match[1], language)}"'

        return mark_safe(HREF.sub(href, rendered.html))  # noqa: S308 - raw HTML was refused

    def _resolved(self, source: Source, rendered: Rendered, link: str, language: str) -> str:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return link
        if not parts.path:
            if parts.fragment not in rendered.inspection.anchors:
                raise source.fault_at(link, f"this page has no anchor #{parts.fragment}")
            return link
        anchor = f"#{parts.fragment}" if parts.fragment else ""
        if guide := GUIDE.fullmatch(parts.path):
            return self._guide_url(source, guide[1], parts.fragment, language) + anchor
        return _site_url(source, parts.path, language) + anchor

    def _guide_url(self, source: Source, slug: str, fragment: str, language: str) -> str:
        target = self._by_slug[language].get(slug) or self._by_slug[ENGLISH].get(slug)
        if target is None:
            raise source.fault_at(f"{slug}.md", f"there is no guide {slug}.md")
        if fragment and fragment not in self._rendered[target].inspection.anchors:
            raise source.fault_at(f"{slug}.md", f"{slug}.md has no anchor #{fragment}")
        with override(language):
            return reverse("guide", args=[slug])

    def _check_anchors(self, source: Source) -> None:
        """Refuse a translation without its English page, or with other anchors: links must work in both."""
        english = self._by_slug[ENGLISH].get(source.slug)
        if english is None:
            raise source.fault(0, "there is no English page of this name")
        missing = set(self._rendered[english].inspection.anchors) ^ set(self._rendered[source].inspection.anchors)
        if missing and source.translates == english.digest:
            raise source.fault(0, f"the anchors differ from the English page's: {', '.join(sorted(missing))}")


def _by_slug(found: list[Source]) -> dict[str, Source]:
    by_slug: dict[str, Source] = {}
    for source in found:
        if source.slug in by_slug:
            raise source.fault(0, f"{by_slug[source.slug].path} has the same name")
        by_slug[source.slug] = source
    return by_slug


def _section_titles(language: str) -> dict[str, str]:
    path = settings.DOCS_DIR / language / "sections.yaml"
    titles = yaml.safe_load(path.read_text())
    folders = {folder.name for folder in path.parent.iterdir() if folder.is_dir()}
    if not isinstance(titles, dict) or not folders <= set(titles):
        raise PageError(path, 1, f"names the title of every folder: {', '.join(sorted(folders))}")
    return titles


def _site_url(source: Source, path: str, language: str) -> str:
    """Return the path of a page of the site in this language."""
    prefixed = path if language == ENGLISH else f"/{language}{path}"
    with override(language):
        for candidate in (prefixed, path):
            try:
                resolve(candidate)
            except Resolver404:
                continue
            return candidate
    raise source.fault_at(path, f"there is no page {path} on this site")


def guide_calls() -> Iterator[tuple[Call, tuple[Call, ...], str]]:
    """Yield the calls of all pages, without rendering them: their answers may not be recorded yet.

    Beside each stand the calls before it on its page, and the client whose token it uses, empty where there is none.
    """
    values = variables()
    for language, _ in settings.LANGUAGES:
        for source in sources(settings.DOCS_DIR, language):
            if unknown := unknown_variable(source.text, values):
                raise source.fault(unknown.start(), f"there is no variable {unknown[1]}")
            client_id = ""
            calls = tuple(call_of(source, one, values) for one in directives(source) if one.kind == "call")
            for number, call in enumerate(calls):
                client_id = call.arguments.get("client_id", client_id)
                yield call, calls[:number], client_id


class _Shelf:
    """Keeps the library of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._library: Library | None = None
        self._state: object = None
        self._checked_at = 0.0

    def library(self) -> Library:
        if self._library is None or (settings.DEVELOPMENT and time.monotonic() - self._checked_at > RECHECK):
            with self._lock:
                state = _state_of_files()
                if self._library is None or state != self._state:
                    self._library, self._state = Library(), state
                    public.forget()
                self._checked_at = time.monotonic()
        return self._library


def _state_of_files() -> object:
    files = [*settings.DOCS_DIR.rglob("*.*"), settings.RECORDINGS, *documents().values()]
    return {path: path.stat().st_mtime_ns for path in files}


_shelf = _Shelf()


def library() -> Library:
    """Return the library.

    :raises PageError: where a page is wrong.
    """
    return _shelf.library()


public.check_in_development(library)
