"""The cache of a site with Redis: there sign-in keeps its limits and the codes that were used (django-allauth).

While Redis does not answer, each process remembers for itself and asks again every `REDIS_REST` seconds, as `Counting`
does: nobody is kept from signing in because a counter is away.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from portal.limits.counting import REDIS_REST, REDIS_TIMEOUT

TIMEOUTS = {"socket_timeout": REDIS_TIMEOUT, "socket_connect_timeout": REDIS_TIMEOUT}

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class SharedCache(BaseCache):
    """Redis, or this process's memory while Redis is away. Django makes one for each thread."""

    _rests_until: ClassVar = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = RedisCache(server, params | {"OPTIONS": TIMEOUTS})
        self._memory = LocMemCache(server, params)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Set the value where there is none, and say whether that was so."""
        return self._ask(lambda cache: cache.add(key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value."""
        return self._ask(lambda cache: cache.get(key, default, version))

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Set the value."""
        self._ask(lambda cache: cache.set(key, value, timeout, version))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Let the value live for longer, and say whether there is one."""
        return self._ask(lambda cache: cache.touch(key, timeout, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget the value, and say whether there was one."""
        return self._ask(lambda cache: cache.delete(key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Add to the value, and return the sum.

        :raises ValueError: where there is none.
        """
        return self._ask(lambda cache: cache.incr(key, delta, version))

    def clear(self) -> None:
        """Forget everything."""
        self._ask(lambda cache: cache.clear())

    def _ask(self, step: Callable[[BaseCache], Answer]) -> Answer:
        if time.monotonic() < SharedCache._rests_until:
            return step(self._memory)
        try:
            return step(self._redis)
        except RedisError as exc:
            SharedCache._rests_until = time.monotonic() + REDIS_REST
            logger.warning("sign-in is limited in this process alone: Redis, %s", type(exc).__name__)
            return step(self._memory)
