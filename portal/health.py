"""`/healthz`: this process lives. `/readyz`: it can do its work.

They stand before everything but the edge: whoever watches a process asks it by its address, without HTTPS, and is no
reader, so hosts, redirects, sessions and languages are not for them. A stranger learns nothing but yes or no.
"""

import logging
from collections.abc import Callable
from functools import lru_cache

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
                return _answer(fault="")
            if request.path_info == "/readyz":
                return _answer(_fault())
        return self.get_response(request)


def _answer(fault: str) -> HttpResponse:
    if fault:
        logger.warning("not ready: %s", fault)
    return HttpResponse(
        "not ok\n" if fault else "ok\n",
        status=503 if fault else 200,
        content_type="text/plain",
        headers={"Cache-Control": "no-store"},
    )


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
