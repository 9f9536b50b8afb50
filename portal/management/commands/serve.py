"""`manage.py serve`: the production server, here and everywhere."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from granian import Granian

from portal.checks import refuse_to_start_if_unsafe


class Command(BaseCommand):
    """Start Granian with PROCESSES processes of THREADS threads."""

    help = "Start the server on BIND:PORT. It refuses to start where a check fails, and says how to mend it."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Check, then serve until a signal comes."""
        try:
            refuse_to_start_if_unsafe()
        except Exception as exc:
            raise CommandError(str(exc)) from exc
        connections.close_all()
        self.stdout.write(f"Serving on http://{settings.BIND}:{settings.PORT} (Ctrl+C stops)")
        Granian(
            "portal.wsgi:application",
            address=settings.BIND,
            port=settings.PORT,
            interface="wsgi",  # type: ignore[arg-type]
            workers=settings.PROCESSES,
            blocking_threads=settings.THREADS,
            backpressure=settings.THREADS * 64,
            websockets=False,
            log_access=False,
            log_level="warning",  # type: ignore[arg-type]
            respawn_failed_workers=True,
            workers_kill_timeout=10,
        ).serve()
