"""Requests for which changes were asked and nobody answers: reminders, then their end."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.approvals import letters
from portal.approvals.grants.deadlines import due
from portal.approvals.models import AccessRequest
from portal.approvals.moving import advance, lock, one_by_one, record
from portal.approvals.states import State
from portal.audit.actions import Actor

REMINDED = (14, 3)
BY = Actor.system("deadlines")
UNANSWERED = "Nobody answered in time what was asked."


def expire_unanswered() -> int:
    """Remind the developers, and expire what nobody answered for `ANSWER_DAYS`; return of how many."""
    waits = timedelta(days=settings.ANSWER_DAYS - REMINDED[0])
    old = AccessRequest.objects.filter(state=State.CHANGES_REQUESTED, state_since__lte=timezone.now() - waits)
    return one_by_one(_look_at, old)


@transaction.atomic
def _look_at(request: AccessRequest) -> bool:
    locked = lock(request)
    if locked.state != State.CHANGES_REQUESTED:
        return False
    left = settings.ANSWER_DAYS - (timezone.now() - locked.state_since).days
    if left <= 0:
        advance(locked, "expire")
        record(BY, "expire", locked, reason=UNANSWERED)
        letters.to_developers(locked, "expire", by=BY.label)
        letters.to_reviewer(locked, "expire", by=BY.label)
        return True
    stage = due(left, REMINDED, locked.reminded_days, settings.ANSWER_DAYS)
    if stage is None:
        return False
    locked.reminded_days = stage
    locked.save(update_fields=["reminded_days"])
    letters.to_developers(locked, "answer_soon", by=BY.label, days_left=left)
    return True
