"""A worker beside the server: started with it, started again where it crashes, ended with it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.conf import settings

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
STEADY = 60.0
"""A worker that lived so long did not crash at its start: the pauses begin anew."""
PATIENCE = 30.0
"""How long a worker may take to finish what it has begun."""


@contextmanager
def worker_beside(report: Callable[[str], object]) -> Iterator[None]:
    """Run a worker as a child. If this process is killed, the child notices within a second and ends as well.

    The first is started before anything else happens here: the server forks, and a process that is forked while another
    is being started would keep that one's starter waiting for ever.
    """
    ending = Event()
    thread = Thread(target=_supervise, args=(_start(), ending, report), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _start() -> subprocess.Popen[bytes]:
    """It has a session of its own: Ctrl+C in the terminal reaches this process alone, which then ends the worker."""
    command = [sys.executable, "manage.py", "worker", "--parent", str(os.getpid())]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True)  # noqa: S603 - our own command


def _supervise(worker: subprocess.Popen[bytes], ending: Event, report: Callable[[str], object]) -> None:
    pause = FIRST_PAUSE
    while True:
        started = time.monotonic()
        code = _wait(worker, ending)
        if ending.is_set():
            return
        if code == 0:
            report("The worker was stopped: mails wait until `manage.py worker` runs.")
            return
        pause = FIRST_PAUSE if time.monotonic() - started > STEADY else pause
        report(f"The worker ended unexpectedly ({code}). It is started again in {pause:.0f} s.")
        if ending.wait(pause):
            return
        pause = min(pause * 2, LONGEST_PAUSE)
        worker = _start()


def _wait(worker: subprocess.Popen[bytes], ending: Event) -> int:
    """Wait for the worker's end, or end it when that is asked for; return its exit code."""
    while worker.poll() is None and not ending.wait(0.2):
        pass
    if worker.poll() is None:
        worker.terminate()
        try:
            worker.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            worker.kill()
    return worker.wait()
