"""`manage.py access_states`: the states of an access request, as the guide shows them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.approvals.diagram import draw, mermaid


class Command(BaseCommand):
    """Print the diagram, which is drawn from the table of moves."""

    help = "Print the states of an access request and who moves it, as a Mermaid diagram or as the guide's SVG."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--html`."""
        parser.add_argument("--html", action="store_true", help="print what the guide shows")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(draw("states") if options["html"] else mermaid())
