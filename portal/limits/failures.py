"""How often one address may fail to authenticate as one client.

Counted per address *and* client, so that one agent with an old secret does not lock out the hospital behind its NAT.
"""

from limits import RateLimitItemPerMinute

from portal.limits.counting import counting

FAILURES = RateLimitItemPerMinute(60, namespace="failed-authentication")


def seconds_to_wait(address: str, client: str) -> int:
    """Return for how many seconds this address has to wait as this client, 0 where it need not."""
    window = counting().read(FAILURES, address, client)
    return window.seconds if window.used >= FAILURES.amount else 0


def count_failure(address: str, client: str) -> None:
    """Count one failed authentication."""
    counting().count(FAILURES, address, client)
