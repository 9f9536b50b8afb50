"""Turns whatever was raised below the API into a problem; pages keep Django's handlers."""

import logging
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions

from portal.edge.middleware import request_id
from portal.problems.exceptions import FieldError, Problem
from portal.problems.responses import problem_response

logger = logging.getLogger(__name__)

MOST_ERRORS = 100
BY_EXCEPTION: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.ParseError, "malformed_body"),
    (exceptions.NotAuthenticated, "token_missing"),
    (exceptions.AuthenticationFailed, "token_invalid"),
    (exceptions.PermissionDenied, "insufficient_scope"),
    (PermissionDenied, "insufficient_scope"),
    (exceptions.NotFound, "not_found"),
    (Http404, "not_found"),
    (exceptions.MethodNotAllowed, "method_not_allowed"),
    (exceptions.UnsupportedMediaType, "unsupported_media_type"),
    (RequestDataTooBig, "body_too_large"),
    (Error, "service_unavailable"),  # of the database: DatabaseError, and InterfaceError, which is none
)


def exception_handler(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Answer for DRF. An exception that nobody foresaw goes on to Django's handler and becomes a 500."""
    request: HttpRequest = context["request"]._request
    if isinstance(exc, Problem):
        return problem_response(
            request, exc.problem.code, str(exc.detail), errors=exc.errors, headers=exc.headers, members=exc.members
        )
    if isinstance(exc, exceptions.ValidationError):
        return problem_response(request, "invalid_body", errors=first_errors(exc))
    for kind, code in BY_EXCEPTION:
        if isinstance(exc, kind):
            if isinstance(exc, Error):
                log_failure(request, exc)
            return problem_response(request, code, headers=_headers(exc, context))
    return None


def _headers(exc: Exception, context: dict[str, Any]) -> dict[str, str]:
    headers: dict[str, str] = {}
    if isinstance(exc, exceptions.MethodNotAllowed):
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    if isinstance(exc, Error):
        headers["Retry-After"] = "5"
    if challenge := getattr(exc, "auth_header", ""):
        headers["WWW-Authenticate"] = challenge
    return headers


def first_errors(exc: exceptions.ValidationError, pointer: str = "") -> list[FieldError]:
    """Return the first of them: whoever sends a thousand faults has one."""
    return list(islice(field_errors(exc.get_full_details(), pointer), MOST_ERRORS))


def field_errors(details: Any, pointer: str = "") -> Iterator[FieldError]:
    """Yield a FieldError for every leaf of DRF's nested error details."""
    if _is_leaf(details):
        yield FieldError(pointer=pointer, code=str(details["code"]), detail=str(details["message"]))
    elif isinstance(details, dict):
        for name, inner in details.items():
            here = pointer if name == "non_field_errors" else f"{pointer}/{_escape(str(name))}"
            yield from field_errors(inner, here)
    else:
        for index, inner in enumerate(details):
            yield from field_errors(inner, pointer if _is_leaf(inner) else f"{pointer}/{index}")


def _is_leaf(details: Any) -> bool:
    """Say whether this is a fault, and no object whose fields happen to be called `message` and `code`."""
    return isinstance(details, dict) and isinstance(details.get("message"), str)


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def log_failure(request: HttpRequest, exc: BaseException) -> None:
    """Log an unforeseen error by its route template, id and type: paths, values and messages may be personal."""
    match = request.resolver_match
    frame = exc.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    logger.error(
        "%s %s failed: %s at %s, request %s",
        request.method,
        match.route if match else "?",
        type(exc).__name__,
        place,
        request_id(request),
    )
