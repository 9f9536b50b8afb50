"""Faults on demand: a header by which developers let the sandbox fail, to see what their program does then.

`Sandbox-Fault` is a dictionary of RFC 9651: `status=503`, `delay=5`, `drop`, and `after`, which lets the work be done
first. It is looked at once the call has been let in, so nobody learns anything by it, and never obeyed in production:
there it is refused, because a header that was forgotten in a program should be noticed at its first call.
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request

from portal.applications.published import SANDBOX_CLIENT
from portal.audit.calls import call_of
from portal.edge.environments import SANDBOX
from portal.limits import quotas
from portal.oauth.tokens import AccessToken
from portal.problems.catalogue import INJECTED
from portal.problems.exceptions import Problem
from portal.problems.responses import CONTENT_TYPE, problem_response

NAME: Final = "Sandbox-Fault"
LONGEST: Final = 10
RETRY_AFTER: Final = 1
CODES: Final = {500: "internal_error", 503: "service_unavailable"}
MEMBERS: Final = re.compile(r"status=(?P<status>429|500|503)|delay=(?P<delay>[0-9]{1,2})|(?P<flag>drop|after)(=\?1)?")

_sleepers = threading.BoundedSemaphore(max(1, settings.THREADS // 4))
"""A quarter of the server's threads may wait at once, so that the others still serve."""


@dataclass(frozen=True)
class Fault:
    """What shall go wrong. `delay` is in seconds. `after`: only once the work has been done and recorded."""

    status: int = 0
    delay: int = 0
    drop: bool = False
    after: bool = False

    @property
    def replaces(self) -> bool:
        """Say whether the caller does not get the answer."""
        return bool(self.status) or self.drop


def read(text: str) -> Fault:
    """Read the header's value.

    :raises Problem: `invalid_sandbox_fault`.
    """
    found: dict[str, int | bool] = {}
    for member in text.split(","):
        match = MEMBERS.fullmatch(member.strip(" \t"))
        if match is None:
            raise Problem("invalid_sandbox_fault")
        name, value = match["flag"] or member.partition("=")[0].strip(" \t"), match["status"] or match["delay"]
        if name in found:
            raise Problem("invalid_sandbox_fault", f"{name} stands there twice.")
        found[name] = int(value) if value else True
    fault = Fault(**found)  # type: ignore[arg-type] # the pattern knows the names
    if "delay" in found and not 1 <= fault.delay <= LONGEST:
        raise Problem("invalid_sandbox_fault", f"A delay has 1 to {LONGEST} seconds.")
    if (fault.status and fault.drop) or (fault.after and not fault.replaces):
        raise Problem("invalid_sandbox_fault", "Send either a status or drop; after goes with one of them.")
    return fault


def obey(request: Request) -> None:
    """Remember the fault that this call asks for, and fail at once if no work shall be done.

    The caller has made sure that the call would be let in.

    :raises Problem: the fault, or `invalid_sandbox_fault`.
    """
    text = request.META.get("HTTP_SANDBOX_FAULT")
    if text is None:
        return
    token: AccessToken = request.auth  # type: ignore[assignment] # HasScope saw to it
    if token.environment != SANDBOX:
        raise Problem("invalid_sandbox_fault", "There are no faults on demand in production. Nothing was done.")
    fault = read(text)
    if token.client.client_id == SANDBOX_CLIENT.client_id and (fault.delay or fault.drop):
        raise Problem("invalid_sandbox_fault", "The published client has a status only. Create an app for the rest.")
    if fault.delay and not _sleepers.acquire(blocking=False):
        raise Problem(
            "service_unavailable", "Other calls are being delayed already.", headers={"Retry-After": str(RETRY_AFTER)}
        )
    request._request.opescare_fault = fault  # type: ignore[attr-defined]
    call_of(request).error_code = INJECTED.code
    if fault.replaces and not fault.after:
        raise _problem(request._request, fault)


def _problem(request: HttpRequest, fault: Fault) -> Problem:
    if fault.status == 429:
        return quotas.refusal(quotas.pretend_over(request, RETRY_AFTER))
    headers = {} if fault.status == 500 else {"Retry-After": str(RETRY_AFTER)}
    return Problem(CODES[fault.status or 503], headers=headers)


class FaultMiddleware:
    """Lets answers come late, or not at all. Stands outside the ledger, which has recorded what was really done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or fail as it asked."""
        response = self.get_response(request)
        fault: Fault | None = getattr(request, "opescare_fault", None)
        if fault is None:
            return response
        if fault.delay:
            time.sleep(fault.delay)
            _sleepers.release()
        if fault.drop:
            return _dropped()
        if fault.status and fault.after:
            problem = _problem(request, fault)
            return problem_response(request, problem.problem.code, headers=problem.headers, members=problem.members)
        return response


def describe(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Describe the header in the OpenAPI document: once, and not among the parameters of operations.

    It is a tool of tests. A generated client has no use for it in every method.
    """
    result["info"]["description"] += (
        f"\n\nIn the sandbox, the request header `{NAME}` of any call with a token makes the answer fail: "
        "`status=429`, `status=500` or `status=503` answers so, `drop` closes the connection before the answer is "
        "complete, `after` beside one of these lets the work be done first, and `delay=5` lets the answer come so many "
        f"seconds late, {LONGEST} at most. Delays and `drop` need a client of your own. "
        "The guide Errors and limits shows how to use it."
    )
    result["components"]["parameters"] = {
        NAME: {
            "name": NAME,
            "in": "header",
            "description": "A fault on demand, as a dictionary of RFC 9651. In production it is refused with 400.",
            "schema": {"type": "string"},
            "examples": {
                "before": {"summary": "Nothing is done.", "value": "status=503"},
                "after": {"summary": "It is done, and the caller does not learn it.", "value": "drop, after"},
                "late": {"summary": "The answer comes late.", "value": "delay=5"},
            },
        }
    }
    return result


def _dropped() -> HttpResponseBase:
    """Return a head that promises a body, and then nothing: the server closes the connection, with or without it.

    The head is the same whatever became of the work, so that the caller cannot tell, as in life.
    """
    return StreamingHttpResponse(iter(()), status=503, content_type=CONTENT_TYPE, headers={"Content-Length": "512"})
