"""Writes the ledger row of every call of the API."""

from collections.abc import Callable

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponseBase

from portal.audit.calls import Call, ledger_row
from portal.audit.writer import writer
from portal.edge.middleware import request_id
from portal.limits.quotas import is_flood
from portal.problems.handlers import log_failure
from portal.problems.responses import problem_response


class LedgerMiddleware:
    """One row a call, allowed or denied.

    A call with a good token is written before it is answered; if that fails, the answer is withheld (503).
    A call that wrote clinical data has written its row in the same transaction (`record_inside`).
    Everything else touches no clinical data and is written a moment later. Refusals for too many calls are among it,
    up to as many in a minute as calls are allowed: what a flood sends beyond that must not fill the disk.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request and record it, if it is one of the API's."""
        if not request.path_info.startswith(settings.API_PREFIXES):
            return self.get_response(request)
        call = Call(request_id(request), request.META["REMOTE_ADDR"], (request.method or "")[:7])
        request.opescare_call = call  # type: ignore[attr-defined]
        response = self.get_response(request)
        if call.recorded == response.status_code or is_flood(request):
            return response
        row = ledger_row(request, call, response)
        try:
            (writer.write if call.awaited else writer.write_later)(row)
        except Error as exc:
            log_failure(request, exc)
            return problem_response(request, "ledger_unavailable", headers={"Retry-After": "5"})
        return response
