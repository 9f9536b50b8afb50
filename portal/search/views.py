"""The answer as one types, and the page of results."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe
from limits import RateLimitItemPerMinute

from portal.guides.sources import PageError
from portal.limits.quotas import network
from portal.limits.rates import seconds_to_wait
from portal.problems.responses import problem_response
from portal.problems.views import below_api
from portal.search.entry import Kind
from portal.search.finding import LONGEST_QUERY, Found, Hit, alike, find
from portal.search.index import index
from portal.search.marks import marked, snippet
from portal.ui.public import Kept

AT_ONCE: Final = 8
"""Results while one types."""
ON_A_PAGE: Final = 20
SUGGESTIONS: Final = 3
MAX_AGE: Final = 300
KINDS: Final = {
    Kind.GUIDE: _lazy("Guide"), Kind.SECTION: _lazy("Guide"), Kind.PAGE: _lazy("Page"),
    Kind.OPERATION: _lazy("Operation"), Kind.ERROR: _lazy("Error"), Kind.SCOPE: _lazy("Scope"),
    Kind.SCHEMA: _lazy("Schema"), Kind.FIELD: _lazy("Field"),
}  # fmt: skip


@login_not_required
@require_safe
def answer(request: HttpRequest) -> HttpResponse:
    """Return the first results as HTML and in how many words they are announced, as JSON."""
    if seconds := _wait(request):
        return _too_many(JsonResponse({"said": _too_many_said(seconds), "html": ""}, status=429), seconds)
    query = _query(request)
    found = _found(query)
    context = {"query": query, "found": found, "results": _results(found, found.hits[:AT_ONCE], 110)}
    html = render_to_string("search/options.html", context)
    return _kept(request, JsonResponse({"said": _said(found), "html": html}))


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the results of a query, and what to do where there are none."""
    query = _query(request)
    if seconds := _wait(request):
        context: dict[str, Any] = {"query": query, "wait": _too_many_said(seconds)}
        return _too_many(HttpResponse(render_to_string("search/page.html", context, request), status=429), seconds)
    found = _found(query)
    page = Paginator(found.hits, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "query": query,
        "found": found,
        "said": _said(found),
        "page": page,
        "results": _results(found, page.object_list, 200),
        "path": f"{reverse('search')}?{urlencode({'q': query})}",
    }
    return _kept(request, HttpResponse(render_to_string("search/page.html", context, request)))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address: a problem below the API; elsewhere a page that suggests what is called like it.

    To look for that is a search, and counts as one; whoever has searched too often sees the page without.
    """
    if below_api(request):
        return problem_response(request, "route_not_found")
    suggestions = () if _wait(request) else _suggestions(request.path_info)
    return HttpResponse(render_to_string("404.html", {"suggestions": suggestions}, request), status=404)


def _suggestions(path: str) -> Sequence[Hit]:
    asked = path.strip("/").rpartition("/")[2].removesuffix(".md")
    try:
        return alike(index(), asked, get_language() or settings.LANGUAGE_CODE)[:SUGGESTIONS]
    except PageError:  # in development, while somebody writes; the guide's own page says what is wrong
        return ()


def _query(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", " ").strip()[:LONGEST_QUERY]


def _found(query: str) -> Found:
    return find(index(), query, get_language() or settings.LANGUAGE_CODE)


def _said(found: Found) -> str:
    number = len(found.hits)
    return ngettext("%(number)s result", "%(number)s results", number) % {"number": number}


def _results(found: Found, hits: Any, length: int) -> list[Mapping[str, Any]]:
    return [_result(found, hit, length) for hit in hits]


def _result(found: Found, hit: Hit, length: int) -> Mapping[str, Any]:
    return {
        "kind": KINDS[hit.kind],
        "url": hit.url,
        "where": hit.where,
        "title": marked(hit.title, found.words),
        "snippet": snippet(hit.text, found.words, length),
        "lang": format_html(' lang="{}"', hit.language) if hit.language != get_language() else "",
    }


def _wait(request: HttpRequest) -> int:
    rate = RateLimitItemPerMinute(settings.RATE_LIMIT_SEARCH, namespace="search")
    return seconds_to_wait(rate, network(request.META["REMOTE_ADDR"]))


def _too_many_said(seconds: int) -> str:
    return _("Too many searches from your address. Search again in %(seconds)s seconds.") % {"seconds": seconds}


def _too_many(response: HttpResponse, seconds: int) -> HttpResponse:
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    return response


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Compress the answer. Only the reader's own browser may keep it: the address holds what they typed."""
    packed = Kept.of(response).response(request)
    packed["Cache-Control"] = f"private, max-age={MAX_AGE}"
    return packed
