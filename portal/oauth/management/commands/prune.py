"""`manage.py prune`: delete what has lost its meaning. Run it once a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.applications.feed import KEPT
from portal.applications.models import FeedEvent
from portal.oauth.models import RevokedToken, UsedAssertion


class Command(BaseCommand):
    """Delete expired revocations and assertions, and feed events that every process has long read."""

    help = "Delete expired revoked tokens and used assertions, and feed events older than 30 days."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do it."""
        now = timezone.now()
        for what, rows in (
            ("revoked tokens", RevokedToken.objects.filter(expires_at__lt=now)),
            ("used assertions", UsedAssertion.objects.filter(expires_at__lt=now)),
            ("feed events", FeedEvent.objects.filter(at__lt=now - KEPT)),
        ):
            count, _ = rows.delete()
            self.stdout.write(f"{count} {what} deleted")
