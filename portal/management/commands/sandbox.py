"""`manage.py sandbox`: what every deployment has."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.applications.published import SANDBOX_CLIENT
from portal.audit.actions import Actor
from portal.connect.synthetic import load_fixtures
from portal.management.published import ensure_client, ensure_keys


class Command(BaseCommand):
    """Create what is missing; run it after every migration."""

    help = "Create the signing keys, the sandbox's synthetic patients and the published sandbox client."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do it."""
        by = Actor.operator("manage.py sandbox")
        ensure_keys(by)
        ensure_client(by, SANDBOX_CLIENT)
        patients = load_fixtures().patients.count()
        self.stdout.write(f"Sandbox ready: client {SANDBOX_CLIENT.client_id}, {patients} synthetic patients.")
