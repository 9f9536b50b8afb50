"""What the header shows to whoever works at the desks of OpesCare."""

from dataclasses import dataclass
from typing import Any

from django import template

from portal.accounts.models import User
from portal.approvals.desk.queue import waiting_for
from portal.approvals.policies import is_reviewer

register = template.Library()


@dataclass(frozen=True)
class Desk:
    """Which desks somebody may see. `waiting`: the requests in which they can do something now."""

    requests: bool
    staff: bool
    waiting: int


@register.simple_tag(takes_context=True)
def desk(context: dict[str, Any]) -> Desk | None:
    """Return what the signed-in user may see of the desks; nothing for nearly everybody. One query, or two."""
    user: User = context["request"].user
    reviews = is_reviewer(user)
    return (
        Desk(reviews, user.is_staff, waiting_for(user).count() if reviews else 0) if reviews or user.is_staff else None
    )
