"""What stands on the left of a signed-in user's pages."""

from typing import Any

from django import template

from portal.accounts.models import Organisation, User
from portal.accounts.policies import May, may
from portal.applications.models import Application

register = template.Library()
SHOWN = 12


@register.inclusion_tag("ui/portal_navigation.html", takes_context=True)
def portal_navigation(context: dict[str, Any]) -> dict[str, Any]:
    """List the user's organisations, and of the present one its applications and pages. Two queries.

    The present organisation is the page's (`organisation` or `application.organisation`), or else the first.
    """
    application: Application | None = context.get("application")
    organisation: Organisation | None = application.organisation if application else context.get("organisation")
    user: User = context["request"].user
    memberships = list(user.memberships.select_related("organisation").order_by("organisation__name"))
    present = next((m for m in memberships if organisation and m.organisation_id == organisation.pk), None)
    present = present or (memberships[0] if memberships else None)
    applications: list[Application] = []
    if present:
        applications = list(
            present.organisation.applications.filter(closed_at=None).order_by("name", "pk")[: SHOWN + 1]
        )
    shown = applications[:SHOWN]
    if application and application not in shown:
        shown = [*shown[:-1], application] if len(shown) == SHOWN else [*shown, application]
    return {
        "present": present,
        "others": [membership for membership in memberships if membership is not present],
        "applications": shown,
        "more": len(applications) > SHOWN,
        "application": application,
        "page": context.get("page_name", ""),
        "may_build": present is not None and may(present, May.BUILD),
        "may_manage": present is not None and may(present, May.MANAGE),
    }
