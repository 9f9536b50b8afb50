"""What a user's pages say of a recovery that is under way."""

from typing import Any

from django import template

from portal.accounts.models import RecoveryRequest, User
from portal.accounts.recovery_links import stop_token
from portal.accounts.recovery_policies import under_way

register = template.Library()


@register.simple_tag(takes_context=True)
def second_step_recovery(context: dict[str, Any]) -> str:
    """Return the token that stops the open request to remove the user's second step; nothing where there is none."""
    user: User = context["request"].user
    recovery = under_way(user, RecoveryRequest.Subject.SECOND_STEP)
    return stop_token(recovery, user.pk) if recovery else ""
