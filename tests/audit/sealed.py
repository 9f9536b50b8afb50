"""A ledger to seal and to tamper with."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from portal.audit.actions import Actor, record_decision
from portal.audit.insert import insert
from portal.audit.ledgers import CALLS, LEDGERS, Ledger
from portal.audit.models import ApiCall, Checkpoint
from portal.audit.verifying import Anchor, verify

AT = timezone.now().replace(microsecond=120)


def call(number: int) -> ApiCall:
    """Return an unsaved row."""
    return ApiCall(
        at=AT + timedelta(seconds=number),
        request_id=f"request-{number}",
        client_id="demo_dev_sandbox",
        application_id=number % 3 or None,
        environment="sandbox",
        address="127.0.0.1",
        method="GET",
        operation="searchPatient",
        patient=f"{number:064}",
        outcome="allowed",
        status=200,
        duration_us=number,
    )


def write(count: int) -> None:
    """Write so many rows."""
    insert([call(number) for number in range(count)])


def decide(reason: str) -> None:
    """Record a decision."""
    record_decision(
        by=Actor.operator("test"), verb="applications.suspend_client", object_type="Client", object_id=1,
        before={"b": [1, 2.5], "a": {"é": None}}, after={}, reason=reason,
    )  # fmt: skip


def ids(ledger: Ledger = CALLS) -> list[int]:
    """Return the ids of all rows."""
    return list(ledger.model.objects.order_by("pk").values_list("pk", flat=True))


def execute(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Do what somebody does who can write to the database, and has not the key; return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def faults(*anchors: Anchor) -> list[str]:
    """Return what verifying finds."""
    found: list[str] = []
    for ledger in LEDGERS:
        verify(ledger, anchors=anchors, report=found.append)
    return found


def checkpoints(ledger: Ledger = CALLS) -> list[Checkpoint]:
    """Return a ledger's checkpoints."""
    return list(Checkpoint.objects.filter(ledger=ledger.name).order_by("number"))
