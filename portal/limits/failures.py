"""How often one address may fail to authenticate as one client.

Counted per address *and* client, so that one agent with an old secret does not lock out the hospital behind its NAT.
"""

import logging
import time
from functools import lru_cache

from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

FAILURES = RateLimitItemPerMinute(60, namespace="failed-authentication")

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def limiter() -> FixedWindowRateLimiter:
    """Return what counts: in Redis, or in this process's memory."""
    storage = storage_from_string(settings.REDIS_URL or "memory://", wrap_exceptions=True)
    if not isinstance(storage, Storage):
        raise TypeError("REDIS_URL names an asynchronous store")
    return FixedWindowRateLimiter(storage)


def seconds_to_wait(address: str, client: str) -> int:
    """Return for how many seconds this address has to wait as this client, 0 where it need not.

    A store that does not answer stops nobody: a rate limit must not take a hospital offline.
    """
    try:
        if limiter().test(FAILURES, address, client):
            return 0
        return max(1, int(limiter().get_window_stats(FAILURES, address, client).reset_time - time.time()) + 1)
    except StorageError as exc:
        logger.warning("failed authentications are not counted: %s", type(exc.__cause__).__name__)
        return 0


def count_failure(address: str, client: str) -> None:
    """Count one failed authentication."""
    try:
        limiter().hit(FAILURES, address, client)
    except StorageError as exc:
        logger.warning("failed authentications are not counted: %s", type(exc.__cause__).__name__)


def reset() -> None:
    """Forget the limiter and, where it counts in memory, all that it counted."""
    limiter.cache_clear()
