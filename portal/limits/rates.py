"""How often somebody may do something, counted where `failures` counts."""

import logging
import time

from limits import RateLimitItem
from limits.errors import StorageError

from portal.limits.failures import limiter

logger = logging.getLogger(__name__)


def seconds_to_wait(rate: RateLimitItem, *who: str) -> int:
    """Count one more, and return for how many seconds it has to wait, 0 where it need not.

    A store that does not answer stops nobody.
    """
    try:
        if limiter().hit(rate, *who):
            return 0
        return max(1, int(limiter().get_window_stats(rate, *who).reset_time - time.time()) + 1)
    except StorageError as exc:
        logger.warning("%s is not counted: %s", rate.namespace, type(exc.__cause__).__name__)
        return 0
