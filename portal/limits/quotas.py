"""How many calls of the API a client and an address have in a minute, and what the answers say of it.

The header fields are those of draft-ietf-httpapi-ratelimit-headers (10), structured fields of RFC 9651.
"""

import ipaddress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, cast

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItemPerMinute

from portal.limits.counting import Window, counting
from portal.problems.exceptions import Problem

CLIENT: Final = "client"
ADDRESS: Final = "address"
MINUTE: Final = 60


@dataclass(frozen=True)
class Quota:
    """What a policy allows in a minute, and to whom."""

    policy: str
    amount: int
    who: tuple[str, ...]


@dataclass(frozen=True)
class Spent:
    """What a call found of its quota, itself included."""

    quota: Quota
    window: Window

    @property
    def is_over(self) -> bool:
        """Say whether the call is one too many."""
        return self.window.used > self.quota.amount

    @property
    def refused(self) -> str:
        """Return what is said to whoever is refused."""
        return f"This {self.quota.policy} has made the {self.quota.amount} calls that it has in a minute."

    @property
    def is_flood(self) -> bool:
        """Say whether as many calls as the quota allows have been refused in this window already."""
        return self.window.used > 2 * self.quota.amount


def of_address(address: str) -> Quota:
    """Return the quota of an address."""
    return Quota(ADDRESS, settings.RATE_LIMIT_ADDRESS, (network(address),))


def of_client(client_id: str) -> Quota:
    """Return the quota of a client."""
    return Quota(CLIENT, settings.RATE_LIMIT_CLIENT, (client_id,))


def of_published_client(client_id: str, address: str) -> Quota:
    """Return the quota of the client that everybody knows: one per address, or one reader could stop all."""
    return Quota(CLIENT, settings.RATE_LIMIT_PUBLISHED, (client_id, network(address)))


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """Return the address; of IPv6 its network (/64), because every household has all the addresses of one."""
    try:
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    except ValueError:
        return address


def spend(request: HttpRequest, quota: Quota) -> Spent:
    """Count the call against the quota, and remember it for the answer."""
    spent = Spent(quota, counting().count(_rate(quota.policy, quota.amount), *quota.who))
    spent_by(request).append(spent)
    return spent


def pretend_over(request: HttpRequest, seconds: int) -> Spent:
    """Let the answer say that the client has nothing left for so many seconds. Nothing is counted."""
    spent = spent_by(request)
    spent[-1] = replace(spent[-1], window=Window(spent[-1].quota.amount + 1, seconds))
    return spent[-1]


def look(quota: Quota) -> Spent:
    """Return how much of the quota is spent, without counting."""
    return Spent(quota, counting().read(_rate(quota.policy, quota.amount), *quota.who))


def spent_by(request: HttpRequest) -> list[Spent]:
    """Return what the call has been counted against."""
    if not hasattr(request, "opescare_spent"):
        request.opescare_spent = []  # type: ignore[attr-defined]
    return cast("list[Spent]", request.opescare_spent)  # type: ignore[attr-defined]


def refusal(spent: Spent) -> Problem:
    """Return the 429. `violated-policies` is the draft's (section "Quota Exceeded")."""
    return Problem(
        "rate_limited",
        f"{spent.refused} Wait as long as Retry-After says.",
        headers={"Retry-After": str(spent.window.seconds)},
        members={"violated-policies": [spent.quota.policy]},
    )


def is_flood(request: HttpRequest) -> bool:
    """Say whether the call is one of so many refused ones that it is not written down any more."""
    return any(one.is_flood for one in spent_by(request))


def headers(all_spent: list[Spent]) -> dict[str, str]:
    """Return the header fields of the answer.

    Whoever is not authenticated learns of them only when refused: they would tell of others behind the same address.
    """
    told = [one for one in reversed(all_spent) if one.is_over or len(all_spent) > 1]
    if not told:
        return {}
    left = {one.quota.policy: max(0, one.quota.amount - one.window.used) for one in told}
    return {
        "RateLimit-Policy": ", ".join(f'"{one.quota.policy}";q={one.quota.amount};w={MINUTE}' for one in told),
        "RateLimit": ", ".join(f'"{s.quota.policy}";r={left[s.quota.policy]};t={s.window.seconds}' for s in told),
    }


@lru_cache(maxsize=16)
def _rate(policy: str, amount: int) -> RateLimitItemPerMinute:
    return RateLimitItemPerMinute(amount, namespace=f"calls-{policy}")
