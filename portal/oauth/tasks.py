"""What the room does in the background."""

from django.utils import timezone

from portal.applications.feed import KEPT
from portal.applications.models import FeedEvent
from portal.oauth.models import RevokedToken, UsedAssertion


def prune() -> dict[str, int]:
    """Delete expired revocations and assertions, and feed events that every process has long read; say how many."""
    now = timezone.now()
    lapsed = {
        "revoked tokens": RevokedToken.objects.filter(expires_at__lt=now),
        "used assertions": UsedAssertion.objects.filter(expires_at__lt=now),
        "feed events": FeedEvent.objects.filter(at__lt=now - KEPT),
    }
    return {what: rows.delete()[0] for what, rows in lapsed.items()}
