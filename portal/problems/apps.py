"""The room's entry in INSTALLED_APPS."""

import sys
from typing import Any

from django.apps import AppConfig
from django.core.signals import got_request_exception


class ProblemsConfig(AppConfig):
    """RFC 9457 errors; no models."""

    name = "portal.problems"

    def ready(self) -> None:
        """Log unforeseen exceptions in our own words; Django's would print the path."""
        got_request_exception.connect(_log, dispatch_uid="portal.problems")


def _log(request: Any = None, **_: object) -> None:
    from portal.problems.handlers import log_failure  # noqa: PLC0415 - DRF may not be imported before the apps are ready

    error = sys.exc_info()[1]
    if request is not None and error is not None:
        log_failure(request, error)
