"""Calls of the past, put into the ledger as its writer would have."""

import random
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from portal.audit.insert import insert
from portal.audit.models import ApiCall
from portal.usage.figures import Figures, figures

ENDS = ((200, ""), (200, ""), (304, ""), (404, "not_found"), (401, "token_expired"), (409, "ambiguous_identifier"))
OPERATIONS = (
    ("createToken", "POST", "v1/connect/auth/token"),
    ("searchPatient", "GET", "v1/connect/patient/search"),
    ("getPatient", "GET", "v1/connect/patients/<str:health_id>"),
)


def a_call(application_id: int | None, **columns: Any) -> ApiCall:
    """Return an unsaved row: a search that was answered just now, unless told otherwise."""
    status = columns.get("status", 200)
    usual = {
        "at": timezone.now(),
        "request_id": uuid.uuid4().hex,
        "client_id": "a-client",
        "environment": "sandbox",
        "address": "10.2.0.4",
        "method": "GET",
        "route": "v1/connect/patient/search",
        "operation": "searchPatient",
        "outcome": "allowed" if status < 400 else "failed",
        "status": status,
        "duration_us": 19_000,
    }
    return ApiCall(application_id=application_id, **{**usual, **columns})


def some_calls(application_id: int, number: int, *, since: datetime, until: datetime, seed: int = 0) -> list[ApiCall]:
    """Return rows of every kind, spread over the time."""
    chance = random.Random(seed)
    rows = []
    for _ in range(number):
        operation, method, route = chance.choice(OPERATIONS)
        status, code = chance.choice(ENDS)
        rows.append(
            a_call(
                application_id,
                at=since + (until - since) * chance.random(),
                operation=operation,
                method=method,
                route=route,
                status=status,
                error_code=code,
                environment=chance.choice(("sandbox", "production")),
                duration_us=int(chance.lognormvariate(9.6, 0.8)),
            )
        )
    return rows


def write(rows: Sequence[ApiCall]) -> None:
    """Write the rows into the ledger."""
    insert(rows)


def expected(rows: Iterable[ApiCall], application_id: int) -> Counter[tuple[date, str, str, int, str]]:
    """Return what the figures must say of these rows."""
    return Counter(
        (row.at.astimezone(UTC).date(), row.environment, row.operation, row.status, row.error_code)
        for row in rows
        if row.application_id == application_id
    )


def said(application_id: int, days: int = 90) -> Counter[tuple[date, str, str, int, str]]:
    """Return what the figures do say."""
    return added(figures(application_id, days))


def added(found: Figures) -> Counter[tuple[date, str, str, int, str]]:
    """Add up the figures' rows."""
    total: Counter[tuple[date, str, str, int, str]] = Counter()
    for row in found.rows:
        total[(row.day, row.environment, row.operation, row.status, row.error_code)] += row.tally.calls
        assert row.tally.classes.total() == row.tally.calls
    return total


def ago(**time: float) -> datetime:
    """Return a moment in the past."""
    return timezone.now() - timedelta(**time)
