"""Lists in pages. A cursor says which row was the last one, so that a page neither repeats nor skips when rows come."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from portal.connect.parameters import unfit
from portal.edge.environments import base_url
from portal.oauth.tokens import AccessToken

PAGE = 50
CURSOR = OpenApiParameter(
    "cursor",
    OpenApiTypes.STR,
    description='Where to go on: taken from the address in the `Link: rel="next"` header. Its content may change.',
)


def read_cursor(parameters: dict[str, str], *kinds: type) -> list[Any] | None:
    """Return the parts of the cursor, None where the list begins.

    :raises Problem: `invalid_parameter`, where it is none of ours.
    """
    if "cursor" not in parameters:
        return None
    text = parameters["cursor"]
    try:
        parts = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        parts = None
    fits = isinstance(parts, list) and len(parts) == len(kinds)
    if not fits or not all(_is(part, kind) for part, kind in zip(parts, kinds, strict=True)):
        raise unfit("cursor", "This is no cursor of this list. Begin without one, then follow the Link header.")
    return list(parts)


def _is(part: object, kind: type) -> bool:
    """Say whether the part is of this kind, and one that a database takes."""
    if type(part) is not kind:
        return False
    return part.isprintable() if isinstance(part, str) else not isinstance(part, int) or abs(part) < 2**63


def _write_cursor(parts: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def page(request: Request, path: str, items: list[dict[str, Any]], last: Sequence[Any] | None) -> Response:
    """Answer with the items; `last` is the cursor of the last one where more follow."""
    response = Response({"items": items})
    if last is not None:
        token: AccessToken = request.auth  # type: ignore[assignment] # HasScope saw to it
        query = {name: value for name, value in request.query_params.items() if name != "cursor"}
        query["cursor"] = _write_cursor(last)
        address = f"{base_url(token.environment)}/connect/{path}?{urlencode(query, quote_via=quote, safe=',:')}"
        response["Link"] = f'<{address}>; rel="next"'
    return response
