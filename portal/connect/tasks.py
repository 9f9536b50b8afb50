"""What the room does in the background."""

from django.utils import timezone

from portal.connect.idempotency import KEPT
from portal.connect.models import IdempotentCall


def prune() -> int:
    """Delete the answers of idempotent calls that nobody may ask for again; say how many."""
    return IdempotentCall.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
