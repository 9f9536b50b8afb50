"""`manage.py prune`: delete what has lost its meaning. The worker does it daily."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.oauth.tasks import prune


class Command(BaseCommand):
    """Delete expired revocations and assertions, and feed events that every process has long read."""

    help = "Delete expired revoked tokens and used assertions, and feed events older than 30 days."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do it."""
        for what, count in prune().items():
            self.stdout.write(f"{count} {what} deleted")
