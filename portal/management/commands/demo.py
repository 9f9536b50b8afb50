"""`manage.py demo`: everything running on this machine, from nothing."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.published import PASSWORD, PEOPLE, PublishedPerson
from portal.applications.published import (
    DEMO_PRODUCTION_CLIENT,
    DEMO_SANDBOX_CLIENT,
    SANDBOX_CLIENT,
    PublishedClient,
)
from portal.audit.actions import Actor
from portal.management.beside import worker_beside
from portal.management.commands.serve import prepare_search, refuse_taken_port
from portal.management.demonstration.preparing import prepare

OPERATOR = Actor.operator("manage.py demo")


class Command(BaseCommand):
    """Migrate, load, collect, print, serve. Running it again changes nothing that is there."""

    help = "Prepare the database and the demo data, then start the server."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--no-serve`."""
        parser.add_argument("--no-serve", action="store_true", help="prepare everything, but do not start the server")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        refuse_public_host()
        if not options["no_serve"]:
            refuse_taken_port()
        try:
            settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise CommandError(f"DATA_DIR {settings.DATA_DIR} cannot be used: {exc.strerror}") from exc
        self.stdout.write("Preparing the database …")
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("sandbox", stdout=self.stdout)
        prepare(OPERATOR)
        self._describe()
        if not options["no_serve"]:
            prepare_search(self.stderr.write)
            with worker_beside(self.stderr.write):
                call_command("serve")

    def _describe(self) -> None:
        lines = [
            "",
            f"Start here   {settings.PUBLIC_URL}/guides/getting-started/",
            f"API          {settings.SANDBOX_BASE_URL} (described in {settings.PUBLIC_URL}/openapi.yaml)",
            f"Your apps    {settings.PUBLIC_URL}/applications/ (sign in as one of these, or sign up)",
            "",
            *map(_person_line, PEOPLE),
            f"  password of all: {PASSWORD}",
            "",
            *_client_lines("Sandbox", "published", SANDBOX_CLIENT),
            *_client_lines("Sandbox", "all eleven scopes", DEMO_SANDBOX_CLIENT),
            *_client_lines("Production", "of this demo only; its dataset is empty", DEMO_PRODUCTION_CLIENT),
            "",
        ]
        self.stdout.write("\n".join(lines))


def _person_line(person: PublishedPerson) -> str:
    parts = [f"{person.role.label.lower()} of {person.organisation}" if person.role else ""]
    parts += ["staff" if person.is_staff else "", "reviewer" if person.is_reviewer else ""]
    return f"  {person.email:<26} {', '.join(filter(None, parts))}"


def _client_lines(environment: str, note: str, client: PublishedClient) -> list[str]:
    return [
        f"{environment} client ({note})",
        f"  client_id      {client.client_id}",
        f"  client_secret  {client.client_secret}",
    ]


def refuse_public_host() -> None:
    """Stop where strangers could reach the demo: its production secret is printed in the documentation.

    :raises CommandError: unless the mode is development and every address is loopback or private.
    """
    addresses = [settings.PUBLIC_URL, settings.SANDBOX_BASE_URL, settings.PRODUCTION_BASE_URL]
    hosts = {urlsplit(address).hostname or "" for address in addresses} | {settings.BIND}
    public = sorted(host for host in hosts if not _is_private(host))
    if public or not settings.DEVELOPMENT:
        reason = f"{', '.join(public)} is not a private host" if public else "MODE is not development"
        raise CommandError(
            f"The demo is not loaded: {reason}. Its production credentials are public. "
            "For a deployment use: manage.py migrate, manage.py sandbox, manage.py serve."
        )


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified
