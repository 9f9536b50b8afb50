"""Having answers checked: rows that a worker finds."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.approvals.answer_checks.models import AnswerCheck
from portal.approvals.answer_checks.results import wanted
from portal.approvals.models import AccessRequest
from portal.approvals.moving import NotAllowedError, lock, record, require_reviewer
from portal.approvals.states import OPEN
from portal.audit.actions import Actor


@transaction.atomic
def check_answers(
    *, by: Actor, request: AccessRequest, reviewer: User | None = None, only: Collection[str] = ()
) -> int:
    """Have the answers checked soon; return how many checks that is.

    :param reviewer: who asks, where it is not a developer.
    :param only: checks as `<question>.<kind>`; without it, all.
    :raises NotAllowedError: where the request is over, nothing is answered that could be checked, or it is the
        reviewer's own organisation's.
    """
    locked = lock(request)
    if reviewer is not None:
        require_reviewer(reviewer, locked, claimed=False)
    if locked.state not in OPEN:
        raise NotAllowedError(_("This request is decided: its answers are not checked any more."))
    asked = ask_for_checks(by=by, locked=locked, only=only)
    if not asked:
        raise NotAllowedError(_("Nothing is answered yet that could be checked. Fill in the addresses first."))
    record(by, "check_answers", locked, after={"checks": asked})
    return len(asked)


def ask_for_checks(*, by: Actor, locked: AccessRequest, only: Collection[str] = ()) -> list[str]:
    """Ask for the checks of what is answered, in the transaction of the cause. What waits already, waits on."""
    asked = []
    for question, kind, answer in wanted(locked):
        name = f"{question.key}.{kind}"
        if not answer or (only and name not in only):
            continue
        fresh = {"answer": answer, "asked_at": timezone.now(), "asked_by": by.label, "due_at": timezone.now()}
        waiting = AnswerCheck.objects.filter(request=locked, question=question.key, kind=kind, done_at=None)
        if not waiting.exists():
            AnswerCheck.objects.create(request=locked, question=question.key, kind=kind, **fresh)
        else:
            waiting.exclude(answer=answer).update(**fresh, attempts=0)
        asked.append(name)
    return asked
