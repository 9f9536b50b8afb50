"""`manage.py staff ADDRESS`: who decides when somebody has lost their way in, and who reads what the portal keeps."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from portal.accounts.account_actions import make_operator, make_staff
from portal.accounts.models import User
from portal.audit.actions import Actor


class Command(BaseCommand):
    """Make a user a member of the staff, or no longer."""

    help = "Let a user decide about recovery and reviews; with --admin, also read /admin/; with --remove, no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the address, `--admin` and `--remove`."""
        parser.add_argument("address", help="the email address of an account that exists")
        parser.add_argument("--admin", action="store_true", help="may read what the portal keeps, at /admin/")
        parser.add_argument("--remove", action="store_true", help="take it away again: all of it, or --admin alone")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and write it down."""
        address, admin, given = str(options["address"]).lower(), options["admin"], not options["remove"]
        user = User.objects.filter(email=address).first()
        if user is None:
            raise CommandError(f"There is no account with the address {address}. It must be created first.")
        staff, operator = user.is_staff, user.is_superuser
        if given or not admin:
            staff = given
        if admin or not given:
            operator = given
        if (user.is_staff, user.is_superuser) == (staff, operator):
            self.stdout.write(f"{address} {'is a member of the staff already' if given else 'is none'}.")
            return
        by = Actor.operator("manage.py staff")
        with transaction.atomic():
            if user.is_staff != staff:
                make_staff(by=by, user=user, staff=staff)
            if user.is_superuser != operator:
                make_operator(by=by, user=user, operator=operator)
        said = f"{'now' if user.is_staff else 'no longer'} a member of the staff"
        self.stdout.write(f"{address} is {said}{', and reads /admin/' if user.is_superuser else ''}.")
