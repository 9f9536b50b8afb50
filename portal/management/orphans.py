"""A server process ends with the one that started it, even if that was killed: it would keep the port for ever."""

import multiprocessing
import os
import signal
import time
from multiprocessing.connection import wait
from threading import Thread

PATIENCE = 10


def end_with_parent() -> None:
    """Watch the parent from a thread, where this process was started by `multiprocessing`, as Granian's are."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_watch, args=(parent.sentinel,), name="parent", daemon=True).start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)
