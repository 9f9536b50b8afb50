"""`manage.py staff ADDRESS`: who decides when somebody has lost their way in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.account_actions import make_staff
from portal.accounts.models import User
from portal.audit.actions import Actor


class Command(BaseCommand):
    """Make a user a member of the staff, or no longer."""

    help = "Let a user decide about recovery and reviews; with --remove, no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the address and `--remove`."""
        parser.add_argument("address", help="the email address of an account that exists")
        parser.add_argument("--remove", action="store_true", help="take it away again")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and write it down."""
        address, staff = str(options["address"]).lower(), not options["remove"]
        user = User.objects.filter(email=address).first()
        if user is None:
            raise CommandError(f"There is no account with the address {address}. It must be created first.")
        if user.is_staff == staff:
            self.stdout.write(f"{address} {'is a member of the staff already' if staff else 'is none'}.")
            return
        make_staff(by=Actor.operator("manage.py staff"), user=user, staff=staff)
        self.stdout.write(f"{address} is {'now' if staff else 'no longer'} a member of the staff.")
