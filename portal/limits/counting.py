"""Counting in fixed windows: in Redis, where several processes share the count, else in this process's memory.

A window begins with its first call and lasts as long as the rate says. So what is left and when there is more are known
exactly, for one step of the store each; a sliding window could only estimate the latter.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string

from portal.limits.memory import ProcessMemory

REDIS_TIMEOUT = 0.25
REDIS_REST = 5.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Window:
    """How often something was done since the window began, and in how many seconds the window ends, at least 1."""

    used: int
    seconds: int


class Counting:
    """The store.

    While Redis does not answer, each process counts for itself and asks Redis again every `REDIS_REST` seconds. A limit
    must not take a hospital offline, and a flood must not find the door open because something else is down: for so
    long the limits are those of each process.
    """

    def __init__(self, redis_url: str) -> None:
        self._memory = ProcessMemory()
        self._redis = _redis(redis_url) if redis_url else None
        self._rests_until = 0.0

    def count(self, rate: RateLimitItem, *who: str) -> Window:
        """Count one more."""
        key = rate.key_for(*who)
        return self._ask(lambda store: _window(store, key, store.incr(key, rate.get_expiry())))

    def read(self, rate: RateLimitItem, *who: str) -> Window:
        """Look, without counting."""
        key = rate.key_for(*who)
        return self._ask(lambda store: _window(store, key, store.get(key)))

    def _ask(self, step: Callable[[Storage], Window]) -> Window:
        if self._redis is None or time.monotonic() < self._rests_until:
            return step(self._memory)
        try:
            return step(self._redis)
        except StorageError as exc:
            self._rests_until = time.monotonic() + REDIS_REST
            logger.warning("limits are counted in this process alone: Redis, %s", type(exc.__cause__).__name__)
            return step(self._memory)


def _window(store: Storage, key: str, used: int) -> Window:
    return Window(used, max(1, math.ceil(store.get_expiry(key) - time.time())))


def _redis(url: str) -> Storage:
    store = storage_from_string(
        url, wrap_exceptions=True, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT
    )
    if not isinstance(store, Storage):
        raise TypeError("REDIS_URL names an asynchronous store")
    return store


_one_at_a_time = threading.Lock()


def counting() -> Counting:
    """Return what counts in this process. The first calls come together, and one of them makes it."""
    with _one_at_a_time:
        return _made()


@lru_cache(maxsize=1)
def _made() -> Counting:
    return Counting(settings.REDIS_URL)


def reset() -> None:
    """Forget the store and, where it counts in memory, all that it counted."""
    _made.cache_clear()
