"""`manage.py worker`: mails, reminders and tidying up, in the background."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from portal.checks import refuse_to_start_if_unsafe
from portal.management.working import work


class Command(BaseCommand):
    """Run what `portal/schedule.py` lists, until a signal comes."""

    help = "Run the background work. Any number of workers may run; SIGTERM lets them finish what they have begun."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--parent`."""
        parser.add_argument("--parent", type=int, help="end as soon as this is no longer the parent process")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check, then work."""
        try:
            refuse_to_start_if_unsafe()
        except Exception as exc:
            raise CommandError(str(exc)) from exc
        connections.close_all()
        self.stdout.write("Working in the background (Ctrl+C stops)")
        self.stdout.flush()
        work(options["parent"])
