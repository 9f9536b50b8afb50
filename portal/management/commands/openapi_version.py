"""`manage.py openapi_version`: publish the present document as a version, or say why it may not be merged."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.openapi import versions


class Command(BaseCommand):
    """Write the copy that later documents are compared with. Commit it together with its notes."""

    help = "Publish openapi.yaml as the version that it says it is. --check refuses a breaking change without a note."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--check", action="store_true", help="publish nothing; fail where something is missing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        if not options["check"]:
            try:
                self.stdout.write(f"published: {versions.publish()}")
            except ValueError as exc:
                raise CommandError(str(exc)) from None
        elif found := versions.faults():
            raise CommandError("\n".join(found))
