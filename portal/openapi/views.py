"""The document for downloading."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def document(_request: HttpRequest) -> HttpResponse:
    """Return the committed document."""
    return HttpResponse(
        settings.OPENAPI_DOCUMENT.read_bytes(),
        content_type="application/yaml; charset=utf-8",
        headers={"Cache-Control": "public, max-age=300"},
    )
