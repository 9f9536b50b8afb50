"""The call under way: views note on it what they learn, the middleware writes it."""

import hashlib
import hmac
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from portal.audit.models import ApiCall

NOT_STORED = {"awaited", "started", "recorded"}


@dataclass
class Call:
    """What the ledger will say of this call. Views fill in what they know; the rest comes from the answer."""

    request_id: str
    address: str
    method: str
    at: datetime = field(default_factory=timezone.now)
    client_id: str = ""
    application_id: int | None = None
    organisation_id: int | None = None
    environment: str = ""
    credential: str = ""
    token_id: str = ""
    route: str = ""
    operation: str = ""
    scope: str = ""
    patient: str = ""
    error_code: str = ""
    replay: bool = False
    break_glass: bool = False
    awaited: bool = False
    """The answer must wait until the row is written; set for every call with a good token."""
    started: float = field(default_factory=time.perf_counter)
    recorded: int = 0
    """The status under which `record_inside` has written the row already."""


def call_of(request: Any) -> Call:
    """Return the call that this request (Django's or DRF's) is."""
    call: Call = request.opescare_call
    return call


def patient_hash(health_id: str) -> str:
    """Return the keyed hash by which a patient stands in the ledger."""
    return hmac.new(settings.LEDGER_KEY.encode(), health_id.encode(), hashlib.sha256).hexdigest()


def ledger_row(request: HttpRequest, call: Call, response: HttpResponseBase) -> ApiCall:
    """Return the unsaved row."""
    match = request.resolver_match
    if match and not call.route:
        call.route = match.route.removeprefix("api/")
    call.error_code = call.error_code or getattr(response, "problem_code", "")
    columns = {name: value for name, value in vars(call).items() if name not in NOT_STORED}
    return ApiCall(
        **columns,
        status=response.status_code,
        outcome=_outcome(response.status_code),
        duration_us=int((time.perf_counter() - call.started) * 1_000_000),
    )


def _outcome(status: int) -> str:
    if status < 400:
        return "allowed"
    return "denied" if status in {401, 403, 429} else "failed"
