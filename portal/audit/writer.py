"""One thread per process writes the ledger, many rows to a transaction.

A call that touched clinical data *waits* for its row: the calls of other threads that arrive meanwhile share the next
commit, so the disk is not asked once per read. Token calls and refused strangers do not wait: at most `CAPACITY` such
rows stand in line, for about `INTERVAL` seconds. A killed process loses those and no others; a stopping one loses none.
"""

import logging
import threading
from dataclasses import dataclass, field
from multiprocessing.util import Finalize

from django.db import DataError, Error, IntegrityError, OperationalError, connection

from portal.audit.insert import insert
from portal.audit.models import ApiCall

INTERVAL = 0.2
CAPACITY = 20_000
BATCH = 500
PATIENCE = 30.0

logger = logging.getLogger(__name__)


@dataclass
class _Entry:
    """A row in line. `done` is set for rows that somebody waits for, once they are written or refused."""

    row: ApiCall
    done: threading.Event | None = None
    error: Error | None = field(default=None)


class LedgerWriter:
    """The line and the thread that empties it."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._arrived = threading.Condition()
        self._writing = threading.Lock()
        self._hurry = False
        self._thread: threading.Thread | None = None

    def write(self, row: ApiCall) -> None:
        """Return once the row is written.

        :raises django.db.Error: where it cannot be written.
        """
        entry = _Entry(row, threading.Event())
        self._put(entry)
        if not entry.done or not entry.done.wait(PATIENCE):
            raise OperationalError("the ledger row is still in line")
        if entry.error:
            raise entry.error

    def write_later(self, row: ApiCall) -> None:
        """Take the row; where the line is full, write it now.

        :raises django.db.Error: where the line is full and the row cannot be written.
        """
        if len(self._entries) >= CAPACITY:
            self.write(row)
        else:
            self._put(_Entry(row))

    def flush(self) -> None:
        """Write all that stands in line. Rows that nobody waits for stay there if the database is away."""
        with self._writing:
            with self._arrived:
                entries, self._entries, self._hurry = self._entries, [], False
            for start in range(0, len(entries), BATCH):
                self._write(entries[start : start + BATCH])

    def _put(self, entry: _Entry) -> None:
        with self._arrived:
            self._entries.append(entry)
            self._hurry = self._hurry or entry.done is not None
            if self._thread is None:
                Finalize(None, self.flush, exitpriority=1)  # server processes end without running atexit
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
                self._thread.start()
            if entry.done or len(self._entries) == 1:  # otherwise the thread is already counting down
                self._arrived.notify()

    def _run(self) -> None:
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: self._entries)
                self._arrived.wait_for(lambda: self._hurry, timeout=INTERVAL)
            self.flush()

    def _write(self, entries: list[_Entry]) -> None:
        try:
            insert([entry.row for entry in entries])
        except (DataError, IntegrityError) as exc:
            self._write_one_by_one(entries, exc)
        except Error as exc:
            logger.warning("%d ledger rows were not written: %s", len(entries), type(exc).__name__)
            connection.close()
            with self._arrived:
                self._entries[:0] = [entry for entry in entries if entry.done is None]
            _answer(entries, exc)
        else:
            _answer(entries)

    def _write_one_by_one(self, entries: list[_Entry], error: Error) -> None:
        """Find the row that can never be written: it is logged by its request id and must not hold up the others."""
        if len(entries) > 1:
            for entry in entries:
                self._write([entry])
            return
        logger.error("the ledger refuses the row of request %s", entries[0].row.request_id)
        _answer(entries, error)


def _answer(entries: list[_Entry], error: Error | None = None) -> None:
    for entry in entries:
        if entry.done:
            entry.error = error
            entry.done.set()


writer = LedgerWriter()
