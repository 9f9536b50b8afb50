"""The calls of a probe: a token, one for each scope, and one that must be refused. None of them changes anything."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from portal.applications.scopes import available
from portal.edge.environments import PRODUCTION

SECONDS = 10.0
LARGEST = 65_536
TOKEN, REFUSED = "token", "refused"
BUSY = frozenset({429, 500, 502, 503, 504})

Call = tuple[str, str, int]
"""Method, path below the base URL, and the status of an answer to somebody who may."""
ALLOWED: Final[dict[str, Call]] = {
    "health_id:verify": ("POST", "/connect/patients/resolve", 422),
    "patient:read": ("GET", "/connect/patients/OPC-2024-DEMO1", 404),
    "encounter:push": ("POST", "/connect/records/encounters", 422),
    "lab:push": ("POST", "/connect/records/lab-results", 422),
    "prescription:push": ("POST", "/connect/records/prescriptions", 422),
    "facility:sync": ("POST", "/connect/facilities/sync", 422),
}
"""By scope: an empty body, which stores nothing, and a Health ID of the sandbox, which nobody has in production."""
NEVER_ALLOWED: Final[tuple[str, Call]] = ("pharmacy:stock:read", ("GET", "/connect/pharmacy/stock", 403))
"""For a client that has every scope of production: one that only the sandbox has."""


@dataclass(frozen=True)
class Step:
    """A call and how it was answered. `kind`: `token`, `refused`, or the scope that is tried."""

    kind: str
    call: str
    expected: int
    status: int | None
    fault: str = ""

    def kept(self) -> dict[str, Any]:
        """Return it as the row keeps it."""
        return asdict(self)


def walk(client_id: str, secret: str, scopes: Sequence[str]) -> Iterator[Step]:
    """Make the calls and yield each when it is answered; the first that is not as it should be is the last."""
    method, path = "POST", "/connect/auth/token"
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    status, body = _ask(method, path, asked)
    fault = _token_fault(status, body, scopes)
    yield Step(TOKEN, f"{method} {path}", 200, status, fault)
    if fault:
        return
    token = str(body["access_token"])
    for kind, (method, path, expected) in (*((scope, ALLOWED[scope]) for scope in scopes), _refused(scopes)):
        status, body = _ask(method, path, {} if method == "POST" else None, token)
        fault = _fault(kind, expected, status, body)
        yield Step(kind, f"{method} {path}", expected, status, fault)
        if fault:
            return


def _refused(scopes: Collection[str]) -> tuple[str, Call]:
    missing = next((scope for scope in available(PRODUCTION) if scope not in scopes), None)
    method, path, _status = ALLOWED[missing] if missing else NEVER_ALLOWED[1]
    return REFUSED, (method, path, 403)


def _token_fault(status: int | None, body: dict[str, Any], scopes: Collection[str]) -> str:
    if status is None or status in BUSY:
        return "unreachable" if status is None else "busy"
    if status != 200 or "access_token" not in body:
        return "token_refused"
    return "" if set(str(body.get("scope", "")).split()) == set(scopes) else "scopes_differ"


def _fault(kind: str, expected: int, status: int | None, body: dict[str, Any]) -> str:
    if status is None or status in BUSY:
        return "unreachable" if status is None else "busy"
    if kind == REFUSED:
        return "" if (status, body.get("code")) == (expected, "insufficient_scope") else "not_refused"
    return "" if status == expected else "not_allowed"


def _ask(method: str, path: str, body: dict[str, str] | None, token: str = "") -> tuple[int | None, dict[str, Any]]:
    """Return the status and the JSON of the answer; None where there was none.

    The address is our own, from the settings, so this is not the guarded client. Where it is an inner one, the API is
    told the public host and scheme, as a proxy would.
    """
    inner, public = urlsplit(settings.PROBE_BASE_URL), urlsplit(settings.PRODUCTION_BASE_URL)
    kind = HTTPSConnection if inner.scheme == "https" else HTTPConnection
    connection = kind(str(inner.hostname), inner.port, timeout=SECONDS)
    headers = {"Host": public.netloc, "User-Agent": "OpesCare-Probe", "Connection": "close"}
    if inner.scheme != public.scheme:
        headers["X-Forwarded-Proto"] = public.scheme
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    try:
        connection.request(method, inner.path + path, None if body is None else json.dumps(body), headers)
        with connection.getresponse() as response:
            return response.status, _read(response.read(LARGEST))
    except (OSError, HTTPException):
        return None, {}
    finally:
        connection.close()


def _read(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
