"""One at a time, for what two calls could do twice."""

import hashlib
from collections.abc import Iterable

from django.db import connection


def hold(names: Iterable[str]) -> None:
    """Let nobody else hold any of these names until this transaction ends.

    PostgreSQL takes an advisory lock for each, in one order, so that no two calls wait for each other; what others have
    committed meanwhile is seen by the next statement. SQLite needs none: its transactions begin IMMEDIATE, so there is
    only one writer.
    """
    if connection.vendor != "postgresql":
        return
    numbers = sorted({_number(name) for name in names})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS number", [numbers])


def share(name: str) -> None:
    """Let nobody hold this name until this transaction ends; others may share it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_number(name)])


def sandbox_of(application_id: int) -> str:
    """Return the name that writes to an application's sandbox share, and that is held to be alone there."""
    return f"dataset of application {application_id}"


def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
