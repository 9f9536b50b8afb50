"""`manage.py client`: what an operator does to a client at once, with a reason that is kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.applications import actions
from portal.applications.models import Client, ClientSecret
from portal.audit.actions import Actor

BY = Actor.operator("manage.py client")


class Command(BaseCommand):
    """Suspend, restore, or end the secrets of a client. Every process obeys within two seconds."""

    help = "Suspend or restore a client, or end all its secrets."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the verb, the client and the reason."""
        parser.add_argument("verb", choices=["suspend", "restore", "revoke-secrets"])
        parser.add_argument("client_id")
        parser.add_argument("--reason", required=True, help="kept in the audit trail; the developers will read it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        client = Client.objects.filter(client_id=options["client_id"]).first()
        if client is None:
            raise CommandError("There is no such client.")
        reason: str = options["reason"]
        if options["verb"] == "suspend":
            actions.suspend_client(by=BY, client=client, reason=reason)
        elif options["verb"] == "restore":
            actions.restore_client(by=BY, client=client, reason=reason)
        else:
            for secret in ClientSecret.objects.filter(client=client, revoked_at=None):
                actions.revoke_secret(by=BY, secret=secret, reason=reason)
        self.stdout.write(f"{options['verb']}: {client.client_id}")
