"""Which peers may speak for somebody else."""

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=1)
def trusted_networks() -> tuple[Network, ...]:
    """Return the networks of `TRUSTED_PROXIES`, addresses or CIDR ranges."""
    return tuple(ipaddress.ip_network(entry.strip()) for entry in settings.TRUSTED_PROXIES)


@lru_cache(maxsize=1024)
def is_trusted(address: str) -> bool:
    """Say whether this address belongs to a trusted proxy."""
    try:
        forms = {ipaddress.ip_address(address), _parsed(address)}
    except ValueError:
        return False
    return any(form in network for form in forms for network in trusted_networks())


def client_address(peer: str, forwarded_for: str) -> str:
    """Return the nearest address that is not a trusted proxy's.

    `X-Forwarded-For` is read from its right end, because everything left of an untrusted hop is that hop's claim.
    """
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    address = peer
    while hops and is_trusted(address):
        address = hops.pop()
    try:
        return str(_parsed(address))
    except ValueError:
        return peer if address == peer else client_address(peer, "")


def _parsed(address: str) -> Address:
    """Return the address. One of IPv4 that a socket of both families wrote as ::ffff:192.0.2.1 becomes what it is."""
    parsed = ipaddress.ip_address(address)
    return getattr(parsed, "ipv4_mapped", None) or parsed


def _forget(*, setting: str, **_: object) -> None:
    if setting == "TRUSTED_PROXIES":
        trusted_networks.cache_clear()
        is_trusted.cache_clear()


setting_changed.connect(_forget)
