"""Which rows no other can still come before.

PostgreSQL gives out ids when rows are inserted and shows rows when they are committed, so a row can appear below one
that was seen before. A margin of time would have to be longer than the longest transaction, and a process that is
stopped in the middle of one knows no limit. So this waits, as CREATE INDEX CONCURRENTLY does: whoever may still commit
a lower id holds a lock on the table, taken before the id was given out. Nobody is made to wait for it.

SQLite has one writer at a time: what is seen is settled.
"""

from threading import Event

from django.db import connection
from django.db.models import Max

from portal.audit.ledgers import Ledger

PATIENCE = 10.0
"""Seconds that a run waits for the transactions of others; after that the next run tries again."""
PAUSE = 0.05
_WRITERS = """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = %s::regclass AND mode = 'RowExclusiveLock' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND pid IS DISTINCT FROM pg_backend_pid()
"""


def settled_id(ledger: Ledger, stopping: Event) -> int | None:
    """Return the newest id below which no row can appear any more; None where somebody still writes there."""
    newest: int = ledger.model.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if connection.vendor != "postgresql":
        return newest
    waiting = writers = _writers(ledger)
    for _ in range(round(PATIENCE / PAUSE)):
        waiting = waiting & writers
        if not waiting:
            return newest
        if stopping.wait(PAUSE):
            return None
        writers = _writers(ledger)
    return None


def _writers(ledger: Ledger) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS, [ledger.table])
        return {transaction for (transaction,) in cursor.fetchall()}
