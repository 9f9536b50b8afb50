"""`fetch`: a GET to an address that somebody else has chosen, without ever reaching what is not public.

The host is looked up once, every address is checked, and the connection goes to a checked address; name and certificate
are those of the URL. Redirects are followed by hand, each checked like the first. One deadline holds for everything
together, so neither slow handshakes nor slow bodies last longer; no more than `max_bytes` are read. Proxies of the
environment are not used, because a proxy would look the name up again.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.utils.translation import gettext_lazy as _

from portal.outbound.addresses import Target, resolve, target
from portal.outbound.errors import OutboundError, RefusedError, UnreachableError, UnreadableError, UnusableError

SECONDS = 10.0
REDIRECTS = 3
REDIRECTING = frozenset({301, 302, 303, 307, 308})
TRIED = 3
"""So many addresses of a host are tried."""
CHUNK = 16_384


@dataclass(frozen=True)
class Fetched:
    """What came back, whatever its status; `url` is where it was found in the end."""

    status: int
    content_type: str
    body: bytes
    url: str


class _Deadline:
    """The time that is left, for everything together."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left.

        :raises TimeoutError: where none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Socket(ssl.SSLSocket):
    """A TLS socket whose every read ends at the deadline, instead of some time after its own beginning."""

    deadline: _Deadline

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Read within the time that is left for all."""
        self.settimeout(self.deadline.left())
        return super().recv_into(*args, **kwargs)


def fetch(url: str, *, max_bytes: int, accept: str = "*/*", seconds: float = SECONDS) -> Fetched:
    """Return what stands at this address.

    :param accept: the media types that are asked for; what came is for the caller to check.
    :raises OutboundError: with a message for whoever gave the address.
    """
    deadline = _Deadline(seconds)
    for _hop in range(REDIRECTS + 1):
        wanted = target(url)
        try:
            answer, location = _ask(wanted, accept, max_bytes, deadline)
        except TimeoutError as exc:
            raise UnreachableError(_("The server took too long to answer.")) from exc
        if location is None:
            return answer
        url = urljoin(wanted.url, location)
    raise UnusableError(_("The address leads from one address to the next. Give the last one."))


def _ask(wanted: Target, accept: str, max_bytes: int, deadline: _Deadline) -> tuple[Fetched, str | None]:
    """Return the answer, and where it says to look instead."""
    connection = http.client.HTTPConnection(wanted.host, wanted.port)
    connection.sock = _connect(wanted, resolve(wanted, deadline.left()), deadline)
    host = wanted.host if wanted.port == 443 else f"{wanted.host}:{wanted.port}"
    headers = {
        "Host": host,
        "Accept": accept,
        "Accept-Encoding": "identity",
        "User-Agent": "OpesCare-Developers",
        "Connection": "close",
    }
    try:
        connection.request("GET", wanted.path, headers=headers)
        with connection.getresponse() as response:
            location = response.headers.get("Location") if response.status in REDIRECTING else None
            body = b"" if location else _read(response, max_bytes, deadline)
            return Fetched(response.status, response.headers.get_content_type(), body, wanted.url), location
    except TimeoutError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as exc:
        raise UnusableError(_("The server's answer could not be read.")) from exc
    finally:
        connection.close()


def _connect(wanted: Target, addresses: Sequence[str], deadline: _Deadline) -> _Socket:
    """Return a connection to one of the addresses, whose certificate is the host's."""
    context = ssl.create_default_context()
    context.sslsocket_class = _Socket
    for address in addresses[:TRIED]:
        try:
            plain = dial(address, wanted.port, deadline.left())
        except TimeoutError:
            deadline.left()
            continue
        except OSError:
            continue
        try:
            plain.settimeout(deadline.left())
            secured = context.wrap_socket(plain, server_hostname=wanted.host)
        except TimeoutError:
            plain.close()
            raise
        except (ssl.SSLError, OSError) as exc:
            plain.close()
            if isinstance(exc, ssl.SSLCertVerificationError):
                raise UnreachableError(_("The server's certificate is not valid for this address.")) from exc
            raise UnreachableError(_("No secure connection to this server was possible.")) from exc
        assert isinstance(secured, _Socket)  # noqa: S101 - the context makes nothing else
        secured.deadline = deadline
        return secured
    raise UnreachableError(_("The server could not be reached."))


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """Return a connection to this very address: nothing is looked up again."""
    return socket.create_connection((address, port), timeout=seconds)


def _read(response: http.client.HTTPResponse, max_bytes: int, deadline: _Deadline) -> bytes:
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnreadableError(_("The server compresses its answer although it is asked not to."))
    body = b""
    while len(body) <= max_bytes:
        deadline.left()
        chunk = response.read1(min(CHUNK, max_bytes + 1 - len(body)))
        if not chunk:
            if response.length:  # http.client takes the end of the connection for the end of the body
                raise http.client.IncompleteRead(body, response.length)
            return body
        body += chunk
    raise UnreadableError(_("What stands at this address is too large."))


__all__ = ["Fetched", "OutboundError", "RefusedError", "UnreachableError", "UnreadableError", "UnusableError", "fetch"]
