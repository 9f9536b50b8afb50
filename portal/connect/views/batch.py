"""Many items in one call: each is judged, stored and recorded on its own."""

from collections.abc import Callable, Iterable
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from portal.audit.calls import call_of
from portal.audit.inside import record_refused
from portal.problems.exceptions import Problem
from portal.problems.handlers import first_errors
from portal.problems.responses import problem_body
from portal.problems.strict import StrictSerializer


def judged(schema: type[StrictSerializer], content: Any, pointer: str) -> dict[str, Any]:
    """Return the validated content of one item, which stands in the body where `pointer` says.

    :raises Problem: `invalid_body`, with pointers that start at the whole body.
    """
    item = schema(data=content)
    try:
        item.is_valid(raise_exception=True)
    except ValidationError as exc:
        raise Problem("invalid_body", errors=first_errors(exc, pointer)) from None
    return dict(item.validated_data)


def each_answered(request: Request, writes: Iterable[Callable[[], Response]]) -> Response:
    """Make one write after the other, and answer for each what a call of its own would have answered.

    A write has a transaction and a ledger row of its own; one that is refused has a row too, and holds up no other.

    :raises Problem: of status 500 or more. What was written before it stays.
    """
    answers = [_answer(request, write) for write in writes]
    call = call_of(request)
    call.recorded, call.patient, call.replay = 0, "", False  # now the row of the call itself
    return Response({"items": answers})


def _answer(request: Request, write: Callable[[], Response]) -> dict[str, Any]:
    call = call_of(request)
    call.patient, call.replay, before = "", False, call.error_code
    try:
        response = write()
    except Problem as exc:
        if exc.status_code >= 500:
            raise
        if exc.status_code != 422:  # whom it is about was understood
            record_refused(request, exc.status_code, exc.problem.code)
        problem = problem_body(request._request, exc.problem.code, str(exc.detail), errors=exc.errors)
        return {"status": exc.status_code, "stored": None, "problem": problem}
    finally:
        call.error_code = before  # what was noted of one item is not so of the next
    return {"status": response.status_code, "stored": response.data, "problem": None}
