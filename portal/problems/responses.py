"""One function that writes a problem, so that all of them look alike."""

import json
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal.edge.middleware import request_id
from portal.problems.catalogue import PROBLEMS
from portal.problems.exceptions import FieldError

CONTENT_TYPE = "application/problem+json"


def problem_response(
    request: HttpRequest,
    code: str,
    detail: str = "",
    *,
    errors: Sequence[FieldError] = (),
    headers: dict[str, str] | None = None,
    members: dict[str, object] | None = None,
) -> HttpResponse:
    """Return the error as `application/problem+json` (RFC 9457) with its status and headers."""
    body = problem_body(request, code, detail, errors=errors, members=members)
    response = HttpResponse(json.dumps(body), status=PROBLEMS[code].status, content_type=CONTENT_TYPE, headers=headers)
    response["Cache-Control"] = "no-store"
    response.problem_code = code  # type: ignore[attr-defined] # read by the ledger
    return response


def problem_body(
    request: HttpRequest,
    code: str,
    detail: str = "",
    *,
    errors: Sequence[FieldError] = (),
    members: dict[str, object] | None = None,
) -> dict[str, object]:
    """Return the error as RFC 9457's object; batches answer one for each item that failed."""
    problem = PROBLEMS[code]
    return {
        "type": f"{settings.PUBLIC_URL}/errors/{code}/",
        "title": problem.title,
        "status": problem.status,
        "detail": detail or problem.meaning,
        "code": code,
        "request_id": request_id(request),
        "errors": list(errors),
        **(members or {}),
    }
