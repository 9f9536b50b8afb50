"""What the room does in the background."""

from datetime import timedelta

from django.utils import timezone

from portal.mail.models import FAILED, WAITING, OutgoingMail

FAILED_KEPT = timedelta(days=14)
"""How long an operator can try a failed mail again."""
RECORDS_KEPT = timedelta(days=90)


def forget() -> int:
    """Erase what failed mails said, after a while; later delete the records of all that are settled. Say how many."""
    now = timezone.now()
    OutgoingMail.objects.filter(state=FAILED, settled_at__lt=now - FAILED_KEPT).exclude(sealed="").update(sealed="")
    return OutgoingMail.objects.exclude(state=WAITING).filter(settled_at__lt=now - RECORDS_KEPT).delete()[0]
