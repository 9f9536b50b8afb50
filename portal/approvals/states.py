"""The states of an access request, and who may make which move: one table, which everything else asks.

`manage.py access_states` prints it; the guide shows the same.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    """Where a request is."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")
    APPROVED_IN_PART = "approved_in_part", _("Approved in part")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class Side(models.TextChoices):
    """Who makes a move: members who may build, reviewers of another organisation, or a task when a time is over."""

    DEVELOPER = "developer", _("developers")
    REVIEWER = "reviewer", _("reviewers")
    SYSTEM = "system", _("nobody: a time has passed")


@dataclass(frozen=True)
class Move:
    """A verb that leads from any of some states to another. `label` is how people read it in the diagram: short."""

    verb: str
    label: Any
    sources: tuple[State, ...]
    target: State
    side: Side


MOVES: Final = (
    Move("submit", pgettext_lazy("move", "submit"), (State.DRAFT,), State.SUBMITTED, Side.DEVELOPER),
    Move("claim", pgettext_lazy("move", "claim"), (State.SUBMITTED,), State.IN_REVIEW, Side.REVIEWER),
    Move("release", pgettext_lazy("move", "release"), (State.IN_REVIEW,), State.SUBMITTED, Side.REVIEWER),
    Move(
        "ask_for_changes",
        pgettext_lazy("move", "ask for changes"),
        (State.IN_REVIEW,),
        State.CHANGES_REQUESTED,
        Side.REVIEWER,
    ),
    Move("resubmit", pgettext_lazy("move", "answer"), (State.CHANGES_REQUESTED,), State.IN_REVIEW, Side.DEVELOPER),
    Move("approve", pgettext_lazy("move", "approve"), (State.IN_REVIEW,), State.APPROVED, Side.REVIEWER),
    Move(
        "approve_in_part",
        pgettext_lazy("move", "approve in part"),
        (State.IN_REVIEW,),
        State.APPROVED_IN_PART,
        Side.REVIEWER,
    ),
    Move("decline", pgettext_lazy("move", "decline"), (State.IN_REVIEW,), State.DECLINED, Side.REVIEWER),
    Move(
        "withdraw",
        pgettext_lazy("move", "withdraw"),
        (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.CHANGES_REQUESTED),
        State.WITHDRAWN,
        Side.DEVELOPER,
    ),
    Move(
        "expire",
        pgettext_lazy("move", "expire"),
        (State.CHANGES_REQUESTED, State.APPROVED, State.APPROVED_IN_PART),
        State.EXPIRED,
        Side.SYSTEM,
    ),
)

OPEN: Final = (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.CHANGES_REQUESTED)
"""An application has at most one request in these."""
EDITABLE: Final = (State.DRAFT, State.CHANGES_REQUESTED)
"""In these its developers change the answers."""
WAITING: Final = (State.SUBMITTED, State.IN_REVIEW)
"""In these it waits for a reviewer."""
GRANTED: Final = (State.APPROVED, State.APPROVED_IN_PART)
DECIDED: Final = (*GRANTED, State.DECLINED)


def move(verb: str, state: str) -> Move | None:
    """Return the move of this verb from this state, if there is one."""
    return next((each for each in MOVES if each.verb == verb and state in each.sources), None)
