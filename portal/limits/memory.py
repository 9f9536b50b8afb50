"""Counters in this process's memory.

The store that `limits` brings starts a thread every 10 ms, which walks through all keys: with 100,000 addresses that
cost 1.8 ms a call, of which a flood makes use. This one sweeps once a minute, and costs microseconds.
"""

import threading
import time

from limits.storage import Storage

SWEEP_EVERY = 60.0


class ProcessMemory(Storage):
    """A store for `limits`. Each key counts from its first use until its window is over."""

    STORAGE_SCHEME = ["process"]

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, float]] = {}
        self._sweep_at = time.monotonic() + SWEEP_EVERY

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what the store raises: nothing."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, and return the sum of the window. `expiry` is the length of a new window in seconds."""
        with self._lock:
            now = time.monotonic()
            if now >= self._sweep_at:
                self._windows = {key: window for key, window in self._windows.items() if window[1] > now}
                self._sweep_at = now + SWEEP_EVERY
            used, ends = self._windows.get(key, (0, 0.0))
            if ends <= now:
                used, ends = 0, now + expiry
            self._windows[key] = used + amount, ends
            return used + amount

    def get(self, key: str) -> int:
        """Return the sum of the window."""
        used, ends = self._windows.get(key, (0, 0.0))
        return used if ends > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """Return the end of the window as a time stamp; where there is none, the present."""
        _used, ends = self._windows.get(key, (0, 0.0))
        return time.time() + max(0.0, ends - time.monotonic())

    def check(self) -> bool:
        """Say that the store is there."""
        return True

    def reset(self) -> None:
        """Forget everything."""
        self._windows.clear()

    def clear(self, key: str) -> None:
        """Forget a key."""
        self._windows.pop(key, None)
