"""What other pages show of an application's calls."""

from typing import Any

from django import template
from django.utils.formats import number_format

from portal.applications.models import Application
from portal.usage import charts, figures
from portal.usage.entries import Entry
from portal.usage.log import latest

register = template.Library()
DAYS, LATEST = 14, 4
NONE = "\u2013"


@register.inclusion_tag("usage/small_chart.html")
def calls_chart(application: Application) -> dict[str, Any]:
    """Show the calls of the last 14 days. Two queries."""
    found = figures.figures(application.pk, DAYS)
    return {"application": application, "chart": charts.calls_chart(found), "total": found.total, "days": DAYS}


@register.inclusion_tag("usage/latest.html")
def latest_calls(application: Application) -> dict[str, Any]:
    """List the newest calls. One query."""
    return {"application": application, "entries": [Entry(call, {}) for call in latest(application.pk, LATEST)]}


@register.filter
def milliseconds(value: float | None) -> str:
    """Return a duration as people read it, and a dash where there is none."""
    return NONE if value is None else charts.milliseconds(value)


@register.filter
def decimal_percent(value: float | None) -> str:
    """Return a share in percent with one decimal, none where it is whole."""
    if value is None:
        return NONE
    return f"{number_format(round(value, 1), decimal_pos=0 if value == int(value) else 1)}\u00a0%"
