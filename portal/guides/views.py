"""Guide pages: no query, no cookie."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.guides.pages import page, source_of


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one guide."""
    path = source_of("en", slug)
    if path is None:
        raise Http404
    response = render(request, "guides/page.html", {"page": page(path)})
    response["Cache-Control"] = "public, max-age=60"
    return response
