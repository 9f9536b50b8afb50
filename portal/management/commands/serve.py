"""`manage.py serve`: the production server, here and everywhere."""

import socket
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from granian import Granian

from portal.checks import refuse_to_start_if_unsafe
from portal.guides.sources import PageError
from portal.search.index import prepare


def refuse_taken_port() -> None:
    """Stop where somebody listens already. Granian shares its port, so two servers would answer by turns.

    :raises CommandError: where BIND and PORT cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.BIND else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.BIND, settings.PORT))
            probe.listen(1)
        except OSError as exc:
            raise CommandError(
                f"{settings.BIND}:{settings.PORT} cannot be used ({exc.strerror}). "
                f"Stop what listens there, or choose another port: make run PORT={settings.PORT + 1}"
            ) from exc


def prepare_search(tell: Callable[[str], object]) -> None:
    """Make the search index before anybody waits for it."""
    try:
        prepare().close()
    except PageError as exc:
        tell(f"A guide cannot be shown, and nothing is found: {exc}")


class Command(BaseCommand):
    """Start Granian with PROCESSES processes of THREADS threads."""

    help = "Start the server on BIND:PORT. It refuses to start where a check fails, and says how to mend it."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Check, then serve until a signal comes."""
        try:
            refuse_to_start_if_unsafe()
        except Exception as exc:
            raise CommandError(str(exc)) from exc
        refuse_taken_port()
        if not settings.DEVELOPMENT:  # there the first search does it
            prepare_search(self.stderr.write)
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
            # Granian 2.8 can miss a SIGTERM that comes while it respawns: a crash ends the server, as a stop does,
            # and the supervisor starts it again.
            respawn_failed_workers=False,
            workers_kill_timeout=5,
        ).serve()
