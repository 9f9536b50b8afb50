"""A worker: APScheduler starts the tasks, each in a thread of its own; this ends it cleanly."""

import logging
import os
import signal
import time
from datetime import UTC, datetime
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from django.db import connections

from portal.schedule import SCHEDULE, Scheduled

SIGNALS = {signal.SIGTERM, signal.SIGINT}
LONGEST_PAUSE = 60.0

logger = logging.getLogger(__name__)


class Runner:
    """Runs one task. A failure puts off the next run. Its kind alone is logged: its text may name somebody."""

    def __init__(self, scheduled: Scheduled, stopping: Event) -> None:
        self.scheduled = scheduled
        self.stopping = stopping
        self.failures = 0
        self.not_before = 0.0

    def __call__(self) -> None:
        """Run it once, unless the worker is ending or the last failure is too fresh."""
        if self.stopping.is_set() or time.monotonic() < self.not_before:
            return
        try:
            self.scheduled.task(self.stopping)
        except Exception as exc:  # noqa: BLE001 - the other tasks go on, and this one is tried again
            pause = min(LONGEST_PAUSE, 2.0**self.failures)
            self.failures += 1
            self.not_before = time.monotonic() + pause
            logger.warning("%s failed (%s); next try in %d s or later", self.scheduled.name, type(exc).__name__, pause)
            connections.close_all()
        else:
            if self.failures:
                logger.info("%s works again", self.scheduled.name)
            self.failures = 0


def work(parent: int | None = None) -> None:
    """Run the schedule until SIGTERM or SIGINT comes, or the parent process is gone; finish what has begun.

    The signals are blocked and asked for, instead of handled, so that they never interrupt anything half-way.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    stopping = Event()
    scheduler = BackgroundScheduler(
        timezone=UTC,
        # Late is better than never, several late runs are one, and a task never runs beside itself.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        executors={"default": {"type": "threadpool", "max_workers": len(SCHEDULE)}},
    )
    for scheduled in SCHEDULE:
        scheduler.add_job(
            Runner(scheduled, stopping),
            "interval",
            seconds=scheduled.every.total_seconds(),
            next_run_time=datetime.now(UTC),
            id=scheduled.name,
        )
    scheduler.start()
    while signal.sigtimedwait(SIGNALS, 1) is None:
        if parent is not None and os.getppid() != parent:
            break
    stopping.set()
    scheduler.shutdown(wait=True)
