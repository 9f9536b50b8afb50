"""An HTTP request, whatever is in it: what every language writes down."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from portal.samples.references import Reference

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Json:
    """Any JSON value."""

    value: Any
    media_type: str = JSON


@dataclass(frozen=True)
class Form:
    """Fields of a form, decoded."""

    pairs: Pairs
    media_type: str = FORM

    @property
    def text(self) -> str:
        """Return them encoded."""
        return encoded(self.pairs)


@dataclass(frozen=True)
class Text:
    """Text as it is."""

    text: str
    media_type: str


@dataclass(frozen=True)
class File:
    """The reader's file of this name as it is."""

    name: str
    media_type: str


@dataclass(frozen=True)
class Part:
    """A part of a multipart body: text or, where it has a file name, the reader's file. Text may have no type."""

    name: str
    text: str = ""
    media_type: str = ""
    filename: str | None = None


@dataclass(frozen=True)
class Multipart:
    """Parts with a boundary between them (RFC 7578)."""

    parts: tuple[Part, ...]
    media_type: str = MULTIPART


Body = Json | Form | Text | File | Multipart


@dataclass(frozen=True)
class Request:
    """What goes over the wire.

    `address` is the URL with its query, encoded. `query` are the same query's pairs, decoded, where their names and
    values say it all; it is empty where delimiters or the way of encoding matter too, and where there is no query.
    `headers` have no `Content-Type`: that is the body's. `basic` tells that HTTP Basic is the credential. `references`
    stand in the address, the query and a JSON body.
    """

    method: str
    address: str
    query: Pairs = ()
    headers: Pairs = ()
    body: Body | None = None
    needs_token: bool = False
    basic: bool = False
    references: tuple[Reference, ...] = ()

    @property
    def url(self) -> str:
        """Return what stands before `query`."""
        return self.address.partition("?")[0] if self.query else self.address

    @property
    def all_headers(self) -> Pairs:
        """Return the headers with the body's type; that of a multipart body is the client's, who knows the boundary."""
        if self.body is None or isinstance(self.body, Multipart):
            return self.headers
        return (*self.headers, ("Content-Type", self.body.media_type))

    @property
    def json(self) -> Any:
        """Return the value of a JSON body, None where there is no such body."""
        return self.body.value if isinstance(self.body, Json) else None


def encoded(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a query, or a form, of decoded pairs. Colons stay legible."""
    return "&".join(f"{quote(name, safe=':')}={quote(value, safe=':')}" for name, value in pairs)


def decoded(text: str) -> Pairs:
    """Return the pairs of a query or a form, none where it says more than they do."""
    try:
        pairs = tuple(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=1000))
    except ValueError:
        return ()
    return pairs if encoded(pairs) == text else ()
