"""Who reviews requests: the first is made by `manage.py reviewer`, the others by reviewers."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.approvals import letters
from portal.approvals.models import AccessRequest, Reviewer
from portal.approvals.moving import NotAllowedError
from portal.approvals.reviewing import hand_back
from portal.audit.actions import Actor, record_decision


@transaction.atomic
def add_reviewer(*, by: Actor, user: User, adder: User | None = None) -> Reviewer:
    """Let somebody review requests, and tell all reviewers.

    :param adder: the reviewer who does it; None for the command.
    :raises NotAllowedError: where the user is one already, or the adder none any more.
    """
    _require_one_of(_locked(), adder)
    reviewer, is_new = Reviewer.objects.get_or_create(user=user, defaults={"added_by": by.label})
    if not is_new:
        raise NotAllowedError(_("%(name)s reviews requests already.") % {"name": user})
    _record(by, "add_reviewer", user)
    letters.reviewers_changed(user, added=True, by=by.label)
    return reviewer


@transaction.atomic
def remove_reviewer(*, by: Actor, user: User, remover: User | None = None) -> None:
    """Let somebody review no more. What they had claimed goes back into the queue; what they decided stays.

    :raises NotAllowedError: where nobody else would be left, or the remover is no reviewer any more.
    """
    found = _locked()
    _require_one_of(found, remover)
    if user.pk not in found:
        raise NotAllowedError(_("%(name)s reviews no requests.") % {"name": user})
    if len(found) == 1:
        raise NotAllowedError(_("Nobody else reviews requests. Add somebody first."))
    for request in AccessRequest.objects.filter(reviewer=user).order_by("pk"):
        hand_back(by=by, request=request)
    letters.reviewers_changed(user, added=False, by=by.label)
    Reviewer.objects.filter(user=user).delete()
    _record(by, "remove_reviewer", user)


def _locked() -> list[int]:
    """Return the users who review, and let nobody else change that: two who remove each other would leave nobody."""
    return list(Reviewer.objects.select_for_update().order_by("pk").values_list("user_id", flat=True))


def _require_one_of(found: list[int], user: User | None) -> None:
    if user is not None and user.pk not in found:
        raise NotAllowedError(_("You review requests no longer."))


def _record(by: Actor, verb: str, user: User, **details: Any) -> None:
    record_decision(
        by=by, verb=f"approvals.{verb}", object_type="User", object_id=user.pk, object_label=str(user), **details
    )
