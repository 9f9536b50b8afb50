"""The task that checks: it takes what is due, each by one worker at a time, and notes what it finds.

A worker that is killed notes nothing, and a minute later the check is due again.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop as noop

from portal.approvals.answer_checks.contacts import verified
from portal.approvals.answer_checks.domains import domain
from portal.approvals.answer_checks.findings import Finding, warned
from portal.approvals.answer_checks.models import AnswerCheck, Kind
from portal.approvals.answer_checks.pages import privacy_page, reachable
from portal.approvals.states import OPEN

LEASE = timedelta(minutes=1)
ATTEMPTS: Final = 3
"""After so many workers did not come to an end with it, a check is given up."""
LOOKS: Final[dict[str, Callable[[AnswerCheck], Finding]]] = {
    Kind.REACHABLE: reachable,
    Kind.PRIVACY_PAGE: privacy_page,
    Kind.DOMAIN: domain,
}


def run_due(stopping: Event | None = None) -> int:
    """Run what is due, the oldest first; return how many were run."""
    done = 0
    while not (stopping and stopping.is_set()):
        check = _take()
        if check is None:
            break
        run(check)
        done += 1
    return done


def run(check: AnswerCheck) -> None:
    """Run one that nobody else has taken meanwhile."""
    if check.attempts > ATTEMPTS:
        _finish(check, _given_up())
    elif check.request.state not in OPEN:
        _finish(
            check, warned(noop("The request was over before this check ran."), noop("A new request is checked again."))
        )
    elif check.kind == Kind.VERIFIED:
        with transaction.atomic():  # the mail and what is noted of it stay or fall together
            if not _finish(check, verified(check)):
                transaction.set_rollback(True)
    else:
        _finish(check, LOOKS[check.kind](check))


def _take() -> AnswerCheck | None:
    """Return a check that is nobody else's for the time of the lease."""
    while True:
        now = timezone.now()
        waiting = AnswerCheck.objects.select_related("request__application__organisation")
        due = waiting.filter(done_at=None, due_at__lte=now).order_by("due_at", "pk").first()
        if due is None:
            return None
        mine = AnswerCheck.objects.filter(pk=due.pk, done_at=None, due_at=due.due_at)
        if mine.update(due_at=now + LEASE, attempts=F("attempts") + 1):
            due.due_at, due.attempts = now + LEASE, due.attempts + 1
            return due


def _finish(check: AnswerCheck, finding: Finding) -> bool:
    """Note what was found; say whether it was: not where the answer has changed, or somebody was faster."""
    mine = AnswerCheck.objects.filter(pk=check.pk, done_at=None, due_at=check.due_at)
    done = mine.update(
        done_at=timezone.now(),
        due_at=None,
        outcome=finding.outcome,
        reason=finding.reason,
        advice=finding.advice,
        details=finding.details,
    )
    return bool(done)


def _given_up() -> Finding:
    return warned(noop("This check could not be finished, for a reason on our side."), noop("Run it again later."))
