"""The first middleware: request id, client address, forwarded headers from trusted proxies only, and the CSP.

The policy is one constant line for the whole site, so nothing builds it (django-csp would, twice per answer).
"""

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase

from portal.edge.proxies import client_address, is_trusted

ACCEPTABLE_ID = re.compile(r"(?!opc[-_])[A-Za-z0-9._-]{1,64}", re.IGNORECASE)
"""Ids are written down and sent back. A Health ID or a client's secret, which begin with `opc`, must not be."""
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


class EdgeMiddleware:
    """Gives every request an id and the address that it really came from.

    `X-Request-Id` is echoed where it is 1 to 64 letters, digits, dots, dashes or underscores, and made otherwise;
    also where it looks like a Health ID or a secret.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Clean the request, answer it, and put its id and the content security policy on the answer."""
        meta = request.META
        peer = meta.get("REMOTE_ADDR", "")
        meta["REMOTE_ADDR"] = client_address(peer, meta.get("HTTP_X_FORWARDED_FOR", ""))
        if not is_trusted(peer):
            for name in FORWARDED:
                meta.pop(name, None)
        asked = meta.get("HTTP_X_REQUEST_ID", "")
        request_id = meta["HTTP_X_REQUEST_ID"] = asked if ACCEPTABLE_ID.fullmatch(asked) else uuid.uuid4().hex
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        return response

    def process_view(self, _request: HttpRequest, view: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        """Find nothing at an address with a NUL: PostgreSQL cannot even be asked for one. The API says so itself.

        :raises Http404: there.
        """
        if not hasattr(view, "cls") and any("\0" in str(value) for value in kwargs.values()):
            raise Http404


def request_id(request: HttpRequest) -> str:
    """Return the id that this request and its answer carry; empty where the edge itself has failed."""
    return str(request.META.get("HTTP_X_REQUEST_ID", ""))
