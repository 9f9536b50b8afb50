"""`manage.py reviewer ADDRESS`: the first of those who decide about requests for production access."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.models import User
from portal.approvals.moving import NotAllowedError
from portal.approvals.reviewers import add_reviewer, remove_reviewer
from portal.audit.actions import Actor


class Command(BaseCommand):
    """Make a user a reviewer, or no longer."""

    help = "Let a user review requests for production access; with --remove, no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the address and `--remove`."""
        parser.add_argument("address", help="the email address of an account that exists")
        parser.add_argument("--remove", action="store_true", help="take it away again")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and write it down."""
        address, by = str(options["address"]).lower(), Actor.operator("manage.py reviewer")
        user = User.objects.filter(email=address).first()
        if user is None:
            raise CommandError(f"There is no account with the address {address}. It must be created first.")
        try:
            if options["remove"]:
                remove_reviewer(by=by, user=user)
            else:
                add_reviewer(by=by, user=user)
        except NotAllowedError as exc:
            raise CommandError(str(exc)) from None
        self.stdout.write(f"{address} {'no longer reviews' if options['remove'] else 'now reviews'} requests.")
