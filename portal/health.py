"""`/healthz`: this process lives. `/readyz`: it can do its work.

They stand before everything but the edge: whoever watches a process asks it by its address, without HTTPS, and is no
reader, so hosts, redirects, sessions and languages are not for them. A stranger learns nothing but yes or no.
"""

import logging
from collections.abc import Callable
from functools import lru_cache
from time import monotonic

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from portal.edge.environments import ENVIRONMENTS
from portal.oauth.keys import ring

logger = logging.getLogger(__name__)


class HealthMiddleware:
    """Answers both addresses; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        if request.method in {"GET", "HEAD"}:
            if request.path_info == "/healthz":
                return _answer(ready=True)
            if request.path_info == "/readyz":
                return _answer(ready=_is_ready(int(monotonic())))
        return self.get_response(request)


def _answer(*, ready: bool) -> HttpResponse:
    return HttpResponse(
        "ok\n" if ready else "not ok\n",
        status=200 if ready else 503,
        content_type="text/plain",
        headers={"Cache-Control": "no-store"},
    )


@lru_cache(maxsize=1)
def _is_ready(_second: int) -> bool:
    """Look at most about once a second, however many strangers ask, and log what is missing."""
    if fault := _fault():
        logger.warning("not ready: %s", fault)
    return not fault


def _fault() -> str:
    """Say what is missing: the database, a migration, a signing key that opens. Empty where nothing is.

    Not Redis, without which limits are counted by process, and no worker, whose absence `manage.py mail --check` tells:
    taking the web processes away would mend neither.
    """
    try:
        if missing := _migrations() - MigrationRecorder(connection).applied_migrations().keys():
            return f"{len(missing)} migrations are not applied"
        for environment in ENVIRONMENTS:
            ring.signing(environment)
    except (Error, ImproperlyConfigured) as exc:
        return type(exc).__name__
    return ""


@lru_cache(maxsize=1)
def _migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)
