"""`manage.py rotate_keys`: publish the next signing key, and remove those that nobody needs any more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.audit.actions import Actor
from portal.edge.environments import ENVIRONMENTS
from portal.oauth.keys import retire, rotate


class Command(BaseCommand):
    """Rotate without downtime; with --compromised, at once."""

    help = (
        "Publish a new signing key, which signs in an hour, and remove keys whose last token has expired. "
        "With --compromised the old keys are removed at once and every token that they signed is refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--environment", choices=ENVIRONMENTS, action="append", help="default: both")
        parser.add_argument("--compromised", action="store_true", help="end the old keys and their tokens now")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        for environment in options["environment"] or ENVIRONMENTS:
            key = rotate(
                by=Actor.operator("manage.py rotate_keys"),
                environment=environment,
                compromised=options["compromised"],
            )
            self.stdout.write(f"{environment}: {key.kid} signs from {key.signs_from:%Y-%m-%d %H:%M:%S} UTC")
        self.stdout.write(f"{retire()} old keys removed")
