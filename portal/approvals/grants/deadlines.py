"""What happens to grants as time passes: reminders, the end, suspension where nobody confirms what was answered.

Each mail and each step is noted in the transaction that queues it: whatever is killed, nobody is told twice, and nobody
is forgotten. Whoever was away for a while is told the last thing that is due, not everything that was.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.applications.actions import REOPENING, suspend_client
from portal.approvals.grants import letters
from portal.approvals.grants.standing import lock_grant
from portal.approvals.models import Grant
from portal.approvals.moving import advance, lock, one_by_one, record
from portal.approvals.states import move
from portal.audit.actions import Actor

REMINDED = (30, 14, 7, 1)
"""So many days before a deadline people are told of it."""
UNOPENED = (7, 30)
"""So many days after an approval that nobody has put to use."""
WEEK = 7
BY = Actor.system("deadlines")
LAPSED = "Nobody has confirmed in time that what was answered still holds. An owner can, on the page of the grant."
OVER = "The time of its grant is over."


def keep_deadlines() -> int:
    """Do what is due, and return how much that was."""
    return one_by_one(lambda step: step(), _steps(timezone.now().date()))


def _steps(today: date) -> Iterator[Callable[[], bool]]:
    soon, standing = today + timedelta(days=REMINDED[0]), Grant.objects.filter(ended_at=None)
    for each in standing.filter(client__application__closed_at__lte=timezone.now() - REOPENING):
        yield partial(_close, each)
    for each in standing.filter(ends_on__lte=soon):
        yield partial(_end, each, today)
    for each in standing.filter(attest_by__lte=soon, suspended_at=None):
        yield partial(_attestation, each, today)
    for each in _let_in_again():
        yield partial(_suspend_again, each)
    for each in standing.filter(completed_at=None, granted_at__lte=timezone.now() - timedelta(days=UNOPENED[0])):
        yield partial(_unused, each)


def due(left: int, stages: Iterable[int], told: int | None, span: int) -> int | None:
    """Return the stage whose mail is due, so many days before a deadline, if any is.

    :param left: days to the deadline.
    :param told: the stage of the last mail.
    :param span: days from the beginning to the deadline: nobody is told what was decided a moment ago.
    """
    stage = min((each for each in stages if left <= each < span), default=None)
    return stage if stage is not None and (told is None or told > stage) else None


@transaction.atomic
def _end(grant: Grant, today: date) -> bool:
    request = lock(grant.request)
    locked = lock_grant(grant)
    if locked.ended_at is not None or locked.ends_on is None:
        return False
    left = (locked.ends_on - today).days
    if left > 0:
        stage = due(left, REMINDED, locked.end_reminded_days, (locked.ends_on - locked.granted_at.date()).days)
        if stage is None:
            return False
        locked.end_reminded_days = stage
        locked.save(update_fields=["end_reminded_days"])
        letters.to_builders(locked, "ends", day=locked.ends_on)
        return True
    _suspend(locked, OVER)
    locked.ended_at, locked.ended_because = timezone.now(), "expired"
    locked.save(update_fields=["ended_at", "ended_because", "suspended_at"])
    if move("expire", request.state):
        advance(request, "expire")
    record(BY, "expire", request, reason=OVER)
    letters.to_builders(locked, "ended")
    return True


@transaction.atomic
def _attestation(grant: Grant, today: date) -> bool:
    locked = lock_grant(grant)
    if locked.ended_at is not None or locked.attest_by is None or locked.suspended_at is not None:
        return False
    left = (locked.attest_by - today).days
    if left <= -settings.REATTEST_GRACE_DAYS:
        return _lapse(locked)
    stages = (*REMINDED, 0, *range(-WEEK, -settings.REATTEST_GRACE_DAYS, -WEEK))
    since = (locked.attested_at or locked.granted_at).date()
    stage = due(left, stages, locked.reminded_days, (locked.attest_by - since).days)
    if stage is None:
        return False
    locked.reminded_days = stage
    locked.save(update_fields=["reminded_days"])
    last = locked.attest_by + timedelta(days=settings.REATTEST_GRACE_DAYS)
    letters.to_owners(locked, "attest" if left >= 0 else "attest_late", day=locked.attest_by, last=last)
    return True


def _lapse(locked: Grant) -> bool:
    if locked.client.suspended_by_operator:
        return False
    _suspend(locked, LAPSED)
    locked.save(update_fields=["suspended_at"])
    letters.to_builders(locked, "lapsed")
    return True


def _let_in_again() -> Iterable[Grant]:
    """Return grants that are over or lapsed whose client is let in all the same.

    So it is where an operator's suspension, under which the grant ended, was lifted; the newest grant comes first.
    """
    standing = Grant.objects.filter(client=OuterRef("client"), ended_at=None)
    over = Q(ended_because="expired") & ~Exists(standing)
    lapsed = Q(ended_at=None, suspended_at__isnull=False)
    return Grant.objects.filter(over | lapsed, client__suspended_at=None).order_by("-pk")


@transaction.atomic
def _suspend_again(grant: Grant) -> bool:
    locked = lock_grant(grant)
    attested = locked.ended_at is None and locked.suspended_at is None
    replaced = locked.ended_at is not None and Grant.objects.filter(client=locked.client, ended_at=None).exists()
    if locked.client.suspended_at is not None or attested or replaced:
        return False
    _suspend(locked, OVER if locked.ended_at else LAPSED)
    locked.save(update_fields=["suspended_at"])
    return True


def _suspend(locked: Grant, reason: str) -> None:
    """Suspend the client, unless OpesCare has; note the moment where this is its only suspension."""
    was = locked.client.suspended_at
    if not locked.client.suspended_by_operator:
        suspend_client(by=BY, client=locked.client, reason=reason)
        locked.client.refresh_from_db(fields=["suspended_at"])
        locked.suspended_at = locked.client.suspended_at if was is None else None


@transaction.atomic
def _close(grant: Grant) -> bool:
    """End what belongs to an application that cannot be reopened any more."""
    locked = lock_grant(grant)
    if locked.ended_at is not None:
        return False
    locked.ended_at, locked.ended_because = timezone.now(), "closed"
    locked.save(update_fields=["ended_at", "ended_because"])
    record(BY, "close_grant", locked.request)
    return True


@transaction.atomic
def _unused(grant: Grant) -> bool:
    locked = lock_grant(grant)
    days = (timezone.now() - locked.granted_at).days
    stage = max((each for each in UNOPENED if each <= days), default=0)
    told = locked.open_reminded_days or 0
    if stage <= told or locked.completed_at is not None or locked.ended_at is not None:
        return False
    locked.open_reminded_days = stage
    locked.save(update_fields=["open_reminded_days"])
    letters.to_builders(locked, "unopened" if locked.opened_at is None else "incomplete")
    return True
