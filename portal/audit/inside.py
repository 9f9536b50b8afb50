"""The ledger row of a call that writes clinical data, in the transaction of the write."""

from typing import Any

from django.db import Error
from django.http import HttpResponse, HttpResponseBase

from portal.audit.calls import call_of, ledger_row
from portal.audit.insert import insert
from portal.problems.exceptions import Problem


def record_inside(request: Any, response: HttpResponseBase) -> None:
    """Write the call's row inside the open transaction, which must still be rolled back where this raises.

    The writer's thread cannot do it: it has a transaction of its own, and one of the two could be lost.

    :raises Problem: `ledger_unavailable`, where the row cannot be written.
    """
    call = call_of(request)
    try:
        insert([ledger_row(request, call, response)])
    except Error as exc:
        raise Problem("ledger_unavailable", headers={"Retry-After": "5"}) from exc
    call.recorded = response.status_code


def record_refused(request: Any, status: int, code: str) -> None:
    """Write the row of one refused item of a call with many: who asked for whom stays known.

    It is a row beside the call's own, so nothing of it stays on the call.

    :raises Problem: `ledger_unavailable`, where the row cannot be written.
    """
    call = call_of(request)
    before, call.error_code = call.error_code, code
    try:
        insert([ledger_row(request, call, HttpResponse(status=status))])
    except Error as exc:
        raise Problem("ledger_unavailable", headers={"Retry-After": "5"}) from exc
    finally:
        call.error_code = before
