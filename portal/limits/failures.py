"""How often one address (of IPv6: one /64) may fail to authenticate as one client.

Counted per address *and* client, so that one agent with an old secret does not lock out the hospital behind its NAT.
"""

from limits import RateLimitItemPerMinute

from portal.limits.counting import counting
from portal.limits.quotas import network

FAILURES = RateLimitItemPerMinute(60, namespace="failed-authentication")


def seconds_to_wait(address: str, client: str) -> int:
    """Return for how many seconds this address has to wait as this client, 0 where it need not."""
    window = counting().read(FAILURES, network(address), client)
    return window.seconds if window.used >= FAILURES.amount else 0


def count_failure(address: str, client: str) -> None:
    """Count one failed authentication."""
    counting().count(FAILURES, network(address), client)
