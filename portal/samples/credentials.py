"""The credential that an operation needs, as what a reader puts into a sample; no real one is known here."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal.openapi.documents import Mapped, Operation, as_list
from portal.samples.requests import Request, encoded

API_KEY = "YOUR_API_KEY"
_TOKENS = {"oauth2", "openIdConnect"}


def with_credential(request: Request, operation: Operation) -> Request:
    """Return the request with the first credential that the operation names; without one where it may do without."""
    alternatives = as_list(operation.raw.get("security", operation.document.raw.get("security")))
    if not alternatives or not all(alternatives) or not isinstance(alternatives[0], Mapping):
        return request
    schemes = operation.document.section("components", "securitySchemes")
    for name in alternatives[0]:
        request = _with(request, operation.document.follow(schemes.get(name)))
    return request


def _with(request: Request, scheme: Mapped) -> Request:
    kind, how = str(scheme.get("type")), str(scheme.get("scheme", "")).lower()
    if kind in _TOKENS or (kind == "http" and how == "bearer"):
        return replace(request, needs_token=True)
    if kind == "http" and how == "basic":
        return replace(request, basic=True)
    if kind == "apiKey":
        return _with_key(request, str(scheme.get("name")), scheme.get("in"))
    return request


def _with_key(request: Request, name: str, place: Any) -> Request:
    if place == "query":
        between = "&" if "?" in request.address else "?"
        return replace(
            request,
            address=f"{request.address}{between}{encoded([(name, API_KEY)])}",
            query=(*request.query, (name, API_KEY)) if request.query or between == "?" else (),
        )
    if place == "cookie":
        before = dict(request.headers).get("Cookie")
        others = tuple(pair for pair in request.headers if pair[0] != "Cookie")
        return replace(request, headers=(*others, ("Cookie", f"{f'{before}; ' if before else ''}{name}={API_KEY}")))
    return replace(request, headers=((name, API_KEY), *request.headers))
