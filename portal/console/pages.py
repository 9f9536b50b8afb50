"""The console's public pages: the operations to pick from, one operation's console, and what its script asks for."""

from dataclasses import replace
from typing import Any

from django import shortcuts
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from portal.console.descriptions import description, needs_token
from portal.openapi.documents import Contents, Operation, contents, documents
from portal.openapi.values import values_of
from portal.openapi.words import words
from portal.samples.composing import UnfitValueError, compose
from portal.samples.curl import render
from portal.samples.groups import coloured
from portal.samples.programs import program
from portal.samples.steps import alone
from portal.ui.public import public_page


@public_page
def index(request: HttpRequest, document: str = "") -> HttpResponse:
    """List the operations of a document that can be called; beside ours, name the further documents."""
    found = _contents(document)
    called = [(tag, [each for each in tag.operations if not each.is_webhook]) for tag in found.tags]
    listed = [
        (tag, [(_address("console-operation", each), each, _summary(each)) for each in operations])
        for tag, operations in called
        if operations
    ]
    further = [contents(slug).document for slug in documents() if slug and not document]
    context = {
        "document": found.document,
        "further": further,
        "tags": listed,
        "area": "console",
    }
    return shortcuts.render(request, "console/index.html", context)


@public_page
def operation(request: HttpRequest, operation_id: str, document: str = "") -> HttpResponse:
    """Show one operation's console."""
    found = _operation(document, operation_id)
    return shortcuts.render(
        request,
        "console/operation.html",
        {"operation": found, "summary": _summary(found), "area": "console", **console(found)},
    )


@public_page
def described(_request: HttpRequest, operation_id: str, document: str = "") -> HttpResponse:
    """Return the description that the console's script works with."""
    return JsonResponse(description(_operation(document, operation_id)))


def console(found: Operation) -> dict[str, Any]:
    """Return what `console/console.html` needs to know of an operation."""
    return {
        "description_url": _address("console-description", found),
        "reference_url": _address("reference-operation", found),
        "sample": _curl(found),
    }


def _address(page: str, found: Operation) -> str:
    document = found.document.slug
    return reverse(f"{page}-of", args=[document, found.id]) if document else reverse(page, args=[found.id])


def _summary(found: Operation) -> str:
    """Return its name in the reader's language, where it is of our own document."""
    said = {} if found.document.slug else words(get_language() or "")
    return said.get(found.summary, found.summary)


def _operation(document: str, operation_id: str) -> Operation:
    """Return the operation.

    :raises Http404: where there is none, or it is a webhook: those are received, not called.
    """
    found = _contents(document).operations.get(operation_id)
    if found is None or found.is_webhook:
        raise Http404
    return found


def _contents(document: str) -> Contents:
    try:
        return contents(document)
    except KeyError:
        raise Http404 from None


def _curl(found: Operation) -> SafeString | None:
    """Return the call with its first example as a command, None where no example makes a whole call."""
    try:
        request = compose(found, values_of(found)[0].values)
    except UnfitValueError:
        return None
    step = alone(replace(request, needs_token=needs_token(found)))
    return coloured(program(step, "curl", render(step)), "bash")
