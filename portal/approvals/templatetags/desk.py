"""What the header shows to whoever works at the desks of OpesCare."""

from dataclasses import dataclass
from typing import Any

from django import template

from portal.accounts.models import User
from portal.approvals.desk.queue import waiting_for

register = template.Library()


@dataclass(frozen=True)
class Desk:
    """Which desks somebody may see. `waiting`: the requests in which they can do something now."""

    requests: bool
    staff: bool
    waiting: int


@register.simple_tag(takes_context=True)
def desk(context: dict[str, Any]) -> Desk | None:
    """Return what the signed-in user may see of the desks; nothing, without a query, for nearly everybody."""
    user: User = context["request"].user
    if not user.is_reviewer and not user.is_staff:
        return None
    return Desk(user.is_reviewer, user.is_staff, waiting_for(user).count() if user.is_reviewer else 0)
