"""`/reference/`: public pages, the same for everybody."""

import re
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from portal.applications.scopes import SCOPES
from portal.openapi.documents import Contents, contents, documents, servers
from portal.reference import twins
from portal.reference.articles import article, one_of_many
from portal.reference.described import describe
from portal.reference.schemas import Tree
from portal.reference.uses import uses
from portal.ui.public import MARKDOWN, public_page

MOST_ARTICLES: Final = 12
"""So many operations stand whole on the page of their tag; of more there is a list."""
MOST_FIELDS: Final = 1_000
"""And so many fields of theirs: what is longer nobody reads, and a browser takes its time for it."""
MOST_LINKS: Final = 80
"""The navigation shows all operations of a document that has no more; else those of the tag at hand."""
PRE: Final = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)


@public_page
def index(request: HttpRequest, document: str = "") -> HttpResponse:
    """List every operation by its tag; of our own document, name the further ones."""
    further = [contents(slug).document for slug in documents() if slug and not document]
    found = _contents(document)
    return _page(request, "reference/index.html", found, further=further, servers=servers(found.document))


@public_page
def tag(request: HttpRequest, tag: str, document: str = "") -> HttpResponse:
    """Show all operations of a tag."""
    found = _contents(document)
    one = next((each for each in found.tags if each.slug == tag), None)
    if one is None:
        raise Http404
    articles = [one_of_many(each) for each in one.operations] if len(one.operations) <= MOST_ARTICLES else []
    if sum(each.weight for each in articles) > MOST_FIELDS:
        articles = []
    return _page(request, "reference/tag.html", found, tag=one, articles=articles)


@public_page
def operation(request: HttpRequest, operation_id: str, document: str = "") -> HttpResponse:
    """Show one operation."""
    found = _contents(document)
    if operation_id not in found.operations:
        raise Http404
    one = found.operations[operation_id]
    here = next(each for each in found.tags if one in each.operations)
    return _page(request, "reference/operation.html", found, article=article(one), operation=one, tag=here)


@public_page
def schema(request: HttpRequest, schema: str, document: str = "") -> HttpResponse:
    """Show one schema, with the operations that use it."""
    found = _contents(document)
    if schema not in found.schemas:
        raise Http404
    node = Tree(found.document).node(found.schemas[schema], above=(schema,))
    used = uses(found).get(schema, ())
    return _page(request, "reference/schema.html", found, node=node, schema=schema, used=used, place="")


@public_page
def index_twin(_request: HttpRequest, document: str = "") -> HttpResponse:
    """List the same as Markdown."""
    return HttpResponse(twins.index(_contents(document)), MARKDOWN)


@public_page
def tag_twin(_request: HttpRequest, tag: str, document: str = "") -> HttpResponse:
    """List the operations of a tag as Markdown."""
    found = _contents(document)
    one = next((each for each in found.tags if each.slug == tag), None)
    if one is None:
        raise Http404
    return HttpResponse(twins.tag(found.document, one), MARKDOWN)


@public_page
def operation_twin(_request: HttpRequest, operation_id: str, document: str = "") -> HttpResponse:
    """Show one operation as Markdown."""
    one = _contents(document).operations.get(operation_id)
    if one is None:
        raise Http404
    return HttpResponse(twins.operation(one), MARKDOWN)


@public_page
def schema_twin(_request: HttpRequest, schema: str, document: str = "") -> HttpResponse:
    """Show one schema as Markdown."""
    found = _contents(document)
    if schema not in found.schemas:
        raise Http404
    node = Tree(found.document).node(found.schemas[schema], above=(schema,))
    return HttpResponse(twins.schema(found.document, schema, node, uses(found).get(schema, ())), MARKDOWN)


@public_page
def scopes(request: HttpRequest) -> HttpResponse:
    """Show every scope, with what it opens."""
    return _page(request, "reference/scopes.html", _contents(""), **_scopes())


@public_page
def scopes_twin(request: HttpRequest) -> HttpResponse:
    """Show the same as Markdown."""
    context = {"document": _contents("").document, **_scopes()}
    return render(request, "reference/scopes.txt", context, MARKDOWN)


def _scopes() -> dict[str, Any]:
    described = [describe(one) for one in _contents("").operations.values()]
    rows = [(scope, [each.operation for each in described if scope.name in each.scopes]) for scope in SCOPES.values()]
    return {"rows": rows, "sensitive": settings.SENSITIVE_SCOPES}


def _contents(slug: str) -> Contents:
    try:
        return contents(slug)
    except KeyError:
        raise Http404 from None


def _page(request: HttpRequest, template: str, found: Contents, **more: Any) -> HttpResponse:
    context = {
        "contents": found,
        "document": found.document,
        "area": "reference",
        "all_links": len(found.operations) <= MOST_LINKS,
        **more,
    }
    return HttpResponse(_tight(render_to_string(template, context, request)))


def _tight(html: str) -> str:
    """Return the page without indentation and empty lines outside of code: they are 2 % of its bytes, compressed."""
    return "".join(part if part.startswith("<pre") else _without_indentation(part) for part in PRE.split(html))


def _without_indentation(html: str) -> str:
    return "\n".join(line for each in html.split("\n") if (line := each.strip()))
