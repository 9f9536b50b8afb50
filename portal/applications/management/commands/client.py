"""`manage.py client`: what an operator does to a client at once, with a reason that is kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.applications import actions
from portal.applications.models import Client, ClientSecret
from portal.audit.actions import Actor

BY = Actor.operator("manage.py client")


class Command(BaseCommand):
    """Suspend, restore, end the secrets of a client, name its facilities. Every process obeys within two seconds."""

    help = "Suspend or restore a client, end all its secrets, or name the facilities that it may send data for."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the verb, the client and the reason."""
        parser.add_argument("verb", choices=["suspend", "restore", "revoke-secrets", "facilities"])
        parser.add_argument("client_id")
        parser.add_argument("codes", nargs="*", metavar="code", help="with facilities: all that it may send data for")
        parser.add_argument("--reason", required=True, help="kept in the audit trail; the developers will read it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        client = Client.objects.filter(client_id=options["client_id"]).first()
        if client is None:
            raise CommandError("There is no such client.")
        if options["codes"] and options["verb"] != "facilities":
            raise CommandError("Codes of facilities go with `facilities` alone.")
        try:
            self._do(client, options["verb"], options["codes"], options["reason"])
        except actions.NotAllowedError as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write(f"{options['verb']}: {client.client_id}")

    def _do(self, client: Client, verb: str, codes: list[str], reason: str) -> None:
        if verb == "suspend":
            actions.suspend_client(by=BY, client=client, reason=reason)
        elif verb == "restore":
            actions.restore_client(by=BY, client=client, reason=reason)
        elif verb == "facilities":
            actions.set_facilities(by=BY, client=client, facilities=codes, reason=reason)
        else:
            for secret in ClientSecret.objects.filter(client=client, revoked_at=None):
                actions.revoke_secret(by=BY, secret=secret, reason=reason)
