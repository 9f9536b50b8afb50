"""The task that checks: it takes what is due, each by one worker at a time, and notes what it finds.

A worker that is killed notes nothing, and a minute later the check is due again.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Final

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop as noop

from portal.approvals.answer_checks.domains import domain
from portal.approvals.answer_checks.findings import Finding, warned
from portal.approvals.answer_checks.models import AnswerCheck, Kind
from portal.approvals.answer_checks.pages import privacy_page, reachable

LEASE: Final = timedelta(minutes=1)
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
        _finish(check, LOOKS[check.kind](check) if check.attempts <= ATTEMPTS else _given_up())
        done += 1
    return done


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


def _finish(check: AnswerCheck, finding: Finding) -> None:
    """Note what was found, unless the answer was changed meanwhile or somebody else has been faster."""
    mine = AnswerCheck.objects.filter(pk=check.pk, done_at=None, due_at=check.due_at)
    mine.update(
        done_at=timezone.now(),
        due_at=None,
        outcome=finding.outcome,
        reason=finding.reason,
        advice=finding.advice,
        details=finding.details,
    )


def _given_up() -> Finding:
    return warned(noop("This check could not be finished, for a reason on our side."), noop("Run it again later."))
