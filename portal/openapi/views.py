"""The documents for downloading."""

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

from portal.openapi import files
from portal.openapi.documents import documents
from portal.ui.public import public_page


@public_page
def as_yaml(_request: HttpRequest, document: str = "") -> HttpResponse:
    """Return a document as YAML; the committed one as it stands."""
    return HttpResponse(files.as_yaml(_path(document)), content_type="application/yaml; charset=utf-8")


@public_page
def as_json(_request: HttpRequest, document: str = "") -> HttpResponse:
    """Return a document as JSON."""
    return HttpResponse(files.as_json(_path(document)), content_type="application/json")


def _path(slug: str) -> Path:
    try:
        return documents()[slug]
    except KeyError:
        raise Http404 from None
