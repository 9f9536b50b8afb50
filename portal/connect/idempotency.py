"""The Idempotency-Key header (IETF draft-ietf-httpapi-idempotency-key-header).

The answer is stored in the transaction of the write, so a key is either used up together with what it did, or free.
There is no "in progress" row that a killed server could leave behind: a call under way is known by a set in this
process and, on PostgreSQL, by an advisory lock that ends with its transaction. On SQLite writes of other processes
wait for each other, and the second finds the first one's answer.
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from portal.audit.calls import call_of
from portal.connect.models import IdempotentCall
from portal.connect.views.base import written
from portal.problems.exceptions import Problem

KEPT = timedelta(hours=24)
REPLAYED = "Idempotent-Replayed"
BARE = re.compile(r"[!#-~][!-~]{0,254}")
QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\]){1,255})"')
HEADER = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "A key of your own for this very call, such as a UUID, in double quotes or bare. A retry with the same key and "
        "body within 24 hours gets the first call's answer again, marked by `Idempotent-Replayed: true`."
    ),
)
PROBLEMS = ("invalid_idempotency_key", "idempotency_in_flight", "idempotency_key_reused")

_under_way: set[tuple[str, str, str]] = set()
_lock = threading.Lock()


def once(request: Request, write: Callable[[], Response]) -> Response:
    """Write and answer, or answer again what the call with this key was answered. See `written` for the ledger.

    :raises Problem: one of `PROBLEMS`, or what `write` raises; then the key is free again.
    """
    key = _key(request)
    if key is None:
        return written(request, write)
    path = "/" + request.path_info.removeprefix("/").removeprefix("api/")
    scope = (call_of(request).client_id, path, key)
    with _alone(scope):
        return written(request, lambda: _answered(request, scope, write))


def _key(request: Request) -> str | None:
    sent = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if sent is None:
        return None
    if match := QUOTED.fullmatch(sent):
        return re.sub(r"\\(.)", r"\1", match[1])
    if BARE.fullmatch(sent):
        return str(sent)
    raise Problem("invalid_idempotency_key")


@contextmanager
def _alone(scope: tuple[str, str, str]) -> Iterator[None]:
    with _lock:
        if scope in _under_way:
            raise _in_flight()
        _under_way.add(scope)
    try:
        yield
    finally:
        with _lock:
            _under_way.discard(scope)


def _in_flight() -> Problem:
    return Problem("idempotency_in_flight", headers={"Retry-After": "1"})


def _answered(request: Request, scope: tuple[str, str, str], write: Callable[[], Response]) -> Response:
    if connection.vendor == "postgresql":
        _lock_until_commit(scope)
    client_id, path, key = scope
    fingerprint = hashlib.sha256(json.dumps(request.data, sort_keys=True).encode()).hexdigest()
    known = IdempotentCall.objects.filter(client_id=client_id, path=path, key=key).first()
    if known is not None and known.at > timezone.now() - KEPT:
        if known.fingerprint != fingerprint:
            raise Problem("idempotency_key_reused")
        call_of(request).replay = True
        response = Response(known.answer, status=known.status, headers={REPLAYED: "true"})
        _locate(response, known.location)
        return response
    if known is not None:
        known.delete()
    response = write()
    IdempotentCall.objects.create(
        client_id=client_id, path=path, key=key, fingerprint=fingerprint, status=response.status_code,
        location=response.headers.get("Location", ""), answer=json.loads(json.dumps(response.data, default=str)),
    )  # fmt: skip
    return response


def _locate(response: Response, location: str) -> None:
    if location:
        response["Location"] = location


def _lock_until_commit(scope: tuple[str, str, str]) -> None:
    number = int.from_bytes(hashlib.sha256("\0".join(scope).encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        [held] = cursor.fetchone() or [False]
    if not held:
        raise _in_flight()


def base_of(request: Request) -> str:
    """Return the mount of the API that the request came to."""
    return next(prefix for prefix in settings.API_PREFIXES if request.path_info.startswith(prefix)).rstrip("/")
