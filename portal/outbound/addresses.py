"""Which addresses may be asked: what a URL may say, and where its host may lead."""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.outbound.errors import RefusedError, UnreachableError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PRINTABLE = re.compile(r"[!-\[\]-~]{1,2000}")
"""ASCII without spaces, control characters and the backslash, which programs read in different ways."""
LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
HOST_NAME = re.compile(rf"({LABEL}\.)+(?!\d+$|0x[0-9a-f]*$){LABEL}")
"""A name with a dot whose last label is no number: 127.1, 0x7f.1 and 2130706433 are addresses to a resolver."""
NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            # Python 3.11 calls these global. Translated and tunnelled ranges carry any IPv4 address inside.
            "192.0.0.0/24",
            "192.88.99.0/24",
            "224.0.0.0/4",
            "168.63.129.16/32",  # Azure's metadata
            "2001::/23",
            "2002::/16",
            "3fff::/20",
        ),
    )
)
PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
LOOKUPS = BoundedSemaphore(8)


@dataclass(frozen=True)
class Target:
    """What a URL asks for. The request is built from these parts alone, so nobody can read the URL differently."""

    host: str
    port: int
    path: str
    url: str


def target(url: str) -> Target:
    """Return the parts of a URL.

    :raises RefusedError: where it is not one that we ask.
    """
    if not PRINTABLE.fullmatch(url):
        raise RefusedError(_("An address has no spaces, and is written in plain letters (a name may begin with xn--)."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise RefusedError(_("This is not an address.")) from exc
    if parts.scheme != "https":
        raise RefusedError(_("The address must begin with https://."))
    if parts.username is not None or parts.password is not None:
        raise RefusedError(_("The address must not carry a user name or a password."))
    if port not in (None, 443) and not settings.OUTBOUND_ALLOW_PRIVATE:
        raise RefusedError(_("The address must not name a port: the server must answer on port 443."))
    host = (parts.hostname or "").removesuffix(".")
    if not HOST_NAME.fullmatch(host) and not (settings.OUTBOUND_ALLOW_PRIVATE and host):
        raise RefusedError(_("The address must name a public host, for example https://keys.example.org/jwks.json."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port or 443, path, url)


def is_public(address: Address) -> bool:
    """Say whether this address is on the public internet and nowhere else."""
    if isinstance(address, ipaddress.IPv6Address) and address not in PUBLIC_IPV6:
        return False
    return address.is_global and not any(
        address.version == network.version and address in network for network in NOT_PUBLIC
    )


def lookup(host: str, port: int) -> Sequence[str]:
    """Return the addresses that the system's resolver gives."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(wanted: Target, seconds: float) -> list[str]:
    """Look the host up once, and return its addresses. One that is not public spoils them all.

    :raises UnreachableError: where nothing is found in time.
    :raises RefusedError: where it leads into a private network.
    """
    found = _within(seconds, lambda: lookup(wanted.host, wanted.port))
    if not settings.OUTBOUND_ALLOW_PRIVATE and not all(is_public(ipaddress.ip_address(one)) for one in found):
        raise RefusedError(_("This address leads into a private network. Use one that everybody can reach."))
    return list(found)


def _within(seconds: float, ask: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Ask from a thread, because a resolver knows no time limit; a few that are never answered are all we bear."""
    answers: SimpleQueue[Sequence[str]] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(ask())
        except (OSError, UnicodeError):
            answers.put([])
        finally:
            LOOKUPS.release()

    found: Sequence[str] = []
    if LOOKUPS.acquire(timeout=seconds):
        Thread(target=run, name="lookup", daemon=True).start()
        try:
            found = answers.get(timeout=seconds)
        except Empty:
            found = []
    if not found:
        raise UnreachableError(_("The name of this server was not found. Check its spelling."))
    return found
