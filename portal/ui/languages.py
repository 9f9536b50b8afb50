"""The language of a page is in its path: English has no prefix, the others do."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class PathLanguageMiddleware(LocaleMiddleware):
    """Django's middleware without what a path makes needless: no Vary on Accept-Language, and nothing for the API."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate the path's language."""
        if not request.path_info.startswith(settings.API_PREFIXES):
            super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Say which language the page is in."""
        if not request.path_info.startswith(settings.API_PREFIXES):
            response.headers.setdefault("Content-Language", translation.get_language())
        return response
