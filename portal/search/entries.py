"""What can be found, in each language: guides by section, errors, scopes, and what `reference` yields."""

from collections.abc import Iterator
from itertools import chain

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.applications.scopes import SCOPES
from portal.guides.library import Library, Page
from portal.problems.catalogue import PROBLEMS
from portal.problems.oauth_errors import OAUTH_ERRORS
from portal.problems.problem_types import ProblemType
from portal.search import reference
from portal.search.entry import Entry, Kind
from portal.search.sections import sections


def entries(library: Library, language: str) -> Iterator[Entry]:
    """Yield everything that a reader of this language can find."""
    with override(language):
        yield from chain(
            _guides(library, language),
            reference.entries(language),
            errors(language),
            _scopes(language),
            _pages(language),
        )


def _guides(library: Library, language: str) -> Iterator[Entry]:
    for page in library.pages[language].values():
        found = sections(page.html)
        source = page.source
        introduction = next((each for each in found if not each.anchor), None)
        text = f"{source.summary} {introduction.text if introduction else ''}"
        code = introduction.code if introduction else ""
        yield Entry(
            Kind.GUIDE, page.url, source.title, page.section, page.url, text, source.language, (source.slug,), code
        )
        for each in found:
            if each.anchor:
                yield _section(page, each.anchor, each.title, each.text, each.code)


def _section(page: Page, anchor: str, title: str, text: str, code: str) -> Entry:
    where = f"{page.section} / {page.source.title}"
    return Entry(
        Kind.SECTION, f"{page.url}#{anchor}", title, where, page.url, text, page.source.language, (anchor,), code
    )


def errors(language: str) -> Iterator[Entry]:
    """Yield every error code, in the active language, whose name is `language`."""
    for place, problems in ((_("Errors of the API"), PROBLEMS), (_("Errors of the token endpoints"), OAUTH_ERRORS)):
        for problem in problems.values():
            yield _error(problem, place, language)


def _error(problem: ProblemType, place: str, language: str) -> Entry:
    url = reverse("error-page", args=[problem.code])
    text = f"{_(problem.meaning)} {_(problem.mend)}"
    title = f"{problem.status} {problem.code}"
    return Entry(
        Kind.ERROR, url, title, place, url, f"{_(problem.title)}. {text}", language, (problem.code, title),
        f"{_('error')} {problem.status}",
    )  # fmt: skip


def _scopes(language: str) -> Iterator[Entry]:
    page = reverse("reference-scopes")
    for scope in SCOPES.values():
        text = f"{_(scope.allows)} {_(scope.risk)}"
        yield Entry(Kind.SCOPE, f"{page}#{scope.name}", scope.name, _("Scopes"), page, text, language, (scope.name,))


def _pages(language: str) -> Iterator[Entry]:
    """Yield pages that are none of those above. Their words are those that stand on them."""
    pages = {
        "error-list": (
            _("Errors of the API"),
            _(
                "An error of the Connect API is application/problem+json (RFC 9457). Its type is the address of one "
                "of these pages."
            ),
        ),
        "reference-scopes": (
            _("Scopes"),
            _("What each scope of the API allows, where it may be held, and which operations it opens."),
        ),
        "console": (
            _("Console"),
            _("Send requests to the Connect API from the browser, in the sandbox without an account."),
        ),
        "changelog": (
            _("Changelog of the Connect API"),
            _("What changed between the versions of the API, and what you must do."),
        ),
    }
    for name, (title, text) in pages.items():
        url = reverse(name)
        yield Entry(Kind.PAGE, url, title, "", url, text, language, (name,))
