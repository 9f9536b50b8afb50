"""Ledger rows that may be written a moment later, off the hot path: token calls and refused strangers.

At most `CAPACITY` rows wait, for about `INTERVAL` seconds. A killed process loses those rows and no others:
a call that touched clinical data is written before it is answered.
"""

import logging
import threading
from multiprocessing.util import Finalize

from django.db import DataError, Error, connection

from portal.audit.models import ApiCall

INTERVAL = 0.2
CAPACITY = 20_000
BATCH = 500

logger = logging.getLogger(__name__)


class DeferredWriter:
    """A bounded buffer and the thread that empties it."""

    def __init__(self) -> None:
        self._rows: list[ApiCall] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def put(self, row: ApiCall) -> bool:
        """Take the row, or return False where the buffer is full."""
        with self._lock:
            if len(self._rows) >= CAPACITY:
                return False
            self._rows.append(row)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
                self._thread.start()
                Finalize(None, self.flush, exitpriority=1)  # server processes end without running atexit
        self._wake.set()
        return True

    def flush(self) -> None:
        """Write what waits. Rows that the database refuses stay for the next time."""
        with self._writing:
            with self._lock:
                rows, self._rows = self._rows, []
            for start in range(0, len(rows), BATCH):
                try:
                    _write(rows[start : start + BATCH])
                except Error as exc:
                    logger.warning("%d ledger rows wait: %s", len(rows) - start, type(exc).__name__)
                    with self._lock:
                        self._rows[:0] = rows[start:]
                    return

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._wake.wait()
            pause.wait(INTERVAL)
            self._wake.clear()
            self.flush()
            connection.close_if_unusable_or_obsolete()
            if self._rows:
                self._wake.set()


def _write(rows: list[ApiCall]) -> None:
    """Write a batch. A row that can never be written is logged by its request id and must not hold up the others."""
    try:
        ApiCall.objects.bulk_create(rows)
    except DataError as exc:
        if len(rows) == 1:
            logger.error("the ledger refuses the row of request %s: %s", rows[0].request_id, type(exc).__name__)  # noqa: TRY400 - its text may hold values
            return
        for row in rows:
            _write([row])


writer = DeferredWriter()
