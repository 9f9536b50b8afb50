"""The usage of an application: charts, tables, limits, and the days as CSV."""

import csv
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.policies import May, SignedInRequest
from portal.applications.models import Application
from portal.applications.policies import application_for
from portal.usage.charts import charts
from portal.usage.entries import Outcome, method_of, path_of
from portal.usage.figures import Figures, figures
from portal.usage.limits import limits

RANGES = (14, 30, 90)


@require_safe
def usage(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Show the charts and tables of the last days."""
    application, _membership = application_for(request, application_id, May.SEE)
    prefetch_related_objects([application], "clients")
    days, environment = _range(request), _environment(request, application)
    found = figures(application.pk, days, environment)
    context = {
        "application": application,
        "days": days,
        "ranges": RANGES,
        "environment": environment,
        "total": found.total,
        "charts": charts(found),
        "daily": [(day, tally) for day, tally in reversed(list(found.by_day.items()))],
        "first_day": min(found.by_day, default=None),
        "endpoints": [(method_of(name), path_of(name), name, tally) for name, tally in found.by_operation],
        "outcomes": [Outcome(status, code, tally) for (status, code), tally in found.by_outcome],
        "limits": limits(application),
        "tab": "usage",
        "area": "applications",
    }
    return render(request, "usage/usage.html", context)


@require_safe
def daily(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Return the days as CSV."""
    application, _membership = application_for(request, application_id, May.SEE)
    days, environment = _range(request), _environment(request, application)
    name = "-".join(filter(None, ["calls", application.public_id, environment, f"{days}-days"]))
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}.csv"'}
    )
    _write(csv.writer(response), figures(application.pk, days, environment))
    return response


def _write(sheet: Any, found: Figures) -> None:
    sheet.writerow(["date_utc", "calls", "errors", "median_ms", "p95_ms"])
    for day, tally in found.by_day.items():
        spent = ["" if value is None else f"{value:.1f}" for value in (tally.median, tally.p95)]
        sheet.writerow([day.isoformat(), tally.calls, tally.errors, *spent])


def _range(request: SignedInRequest) -> int:
    asked = request.GET.get("days", "")
    return next((days for days in RANGES if str(days) == asked), RANGES[0])


def _environment(request: SignedInRequest, application: Application) -> str:
    asked = request.GET.get("environment", "")
    return asked if any(client.environment == asked for client in application.clients.all()) else ""
