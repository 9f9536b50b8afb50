"""One step of a request from state to state: the row locked, the table asked, the trail written."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.approvals.models import AccessRequest
from portal.approvals.policies import may_review
from portal.approvals.states import Move, move
from portal.audit.actions import Actor, record_decision

Row = TypeVar("Row")


class NotAllowedError(ValueError):
    """The rules forbid this; the message says which and what to do instead."""


def one_by_one(task: Callable[[Row], object], rows: Iterable[Row]) -> int:
    """Do what is due for each row, and return for how many something was: one that fails holds up no other.

    :raises Exception: the last failure, when all others are done.
    """
    done, failure = 0, None
    for row in rows:
        try:
            done += bool(task(row))
        except Exception as exc:  # noqa: BLE001 - raised again below
            failure = exc
    if failure is not None:
        raise failure
    return done


def lock(request: AccessRequest) -> AccessRequest:
    """Return the row, locked for this transaction, with its application and organisation."""
    found = AccessRequest.objects.select_for_update(of=("self",)).select_related("application__organisation")
    return found.get(pk=request.pk)


def require_move(locked: AccessRequest, verb: str) -> Move:
    """Return the move that the table of states has from where the request is.

    :raises NotAllowedError: where there is none, as after somebody else's.
    """
    found = move(verb, locked.state)
    if found is None:
        raise NotAllowedError(
            _("This request is “%(state)s” now, and that does not allow it. Look at it again.")
            % {"state": locked.get_state_display()}
        )
    return found


def advance(locked: AccessRequest, verb: str, **fields: Any) -> None:
    """Move a locked request as the table of states says, with what else changes of it.

    :raises NotAllowedError: as `require_move`.
    """
    found = require_move(locked, verb)
    locked.state, locked.state_since, locked.reminded_days = found.target, timezone.now(), None
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.save(update_fields=["state", "state_since", "reminded_days", *fields])


def require_reviewer(reviewer: User, locked: AccessRequest, *, claimed: bool = True) -> None:
    """Stop whoever may not review it, or has not claimed it where that is needed.

    :raises NotAllowedError: with what to do instead.
    """
    if not may_review(reviewer, locked):
        raise NotAllowedError(_("You are a member of this organisation, or no reviewer: somebody else must review it."))
    if claimed and locked.reviewer_id != reviewer.pk:
        raise NotAllowedError(_("Claim the request first: then nobody else decides at the same time."))


def record(by: Actor, verb: str, request: AccessRequest, *, internal: bool = False, **details: Any) -> None:
    """Write down who moved what. No answer and no message stands in the trail, only which.

    :param internal: between reviewers: it stands at the desk, and not in the organisation's audit log.
    """
    record_decision(
        by=by,
        verb=f"approvals.{verb}",
        object_type="AccessRequest",
        object_id=request.public_id,
        object_label=request.application.name,
        organisation_id=None if internal else request.application.organisation_id,
        **details,
    )
