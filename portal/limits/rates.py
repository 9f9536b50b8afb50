"""How often somebody may do something."""

from limits import RateLimitItem

from portal.limits.counting import counting


def seconds_to_wait(rate: RateLimitItem, *who: str) -> int:
    """Count one more, and return for how many seconds it has to wait, 0 where it need not."""
    window = counting().count(rate, *who)
    return window.seconds if window.used > rate.amount else 0
