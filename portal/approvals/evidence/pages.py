"""The pages of evidence: all of it, for the developers; and the calls behind it, for reviewers, who are no members."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.accounts.policies import May, SignedInRequest
from portal.applications.models import Application
from portal.applications.policies import application_for
from portal.applications.scopes import available
from portal.approvals.evidence.reading import evidence_of
from portal.approvals.policies import reviewers_only, submitted_request
from portal.edge.environments import PRODUCTION, SANDBOX
from portal.usage.entries import Entry
from portal.usage.forms import LogForm
from portal.usage.log import Page, Place, page_after, page_before

FILTERS = tuple(name for name in LogForm.base_fields if name not in {"client", "environment", "token"})
"""The log's filters that reviewers have."""


@require_safe
def everything(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Show what the sandbox knows of an application, and how each thing was computed."""
    application, _membership = application_for(request, application_id, May.SEE)
    context = {
        "application": application,
        "evidence": evidence_of(application, _wanted(application)),
        "calls_url": reverse("log", args=[application.public_id]),
        "tab": "production",
        "area": "applications",
    }
    return render(request, "evidence/everything.html", context)


def _wanted(application: Application) -> list[str]:
    """Return the scopes that its newest request asks for, or all that there are in production."""
    newest = application.access_requests.order_by("-pk").prefetch_related("scopes").first()
    return [each.scope for each in newest.scopes.all()] if newest else list(available(PRODUCTION))


@require_safe
@reviewers_only
def calls(request: SignedInRequest, access_id: str) -> HttpResponse:
    """Show rows of the ledger that evidence was computed from: calls in the sandbox alone.

    Addresses and credentials are left out: whoever tries things out does so at home, and neither proves anything.
    """
    access = submitted_request(access_id)
    filters = {name: value for name, value in request.GET.items() if name in FILTERS and value}
    clients = list(access.application.clients.filter(environment=SANDBOX))
    form = LogForm({**filters, "environment": SANDBOX}, clients, ())
    after, before = (Place.read(request.GET.get(name, "")) for name in ("after", "before"))
    page = Page(())
    if form.is_valid():
        key = access.application_id
        page = (page_after(key, form, after) if after else None) or page_before(key, form, before)
    context = {
        "access": access,
        "application": access.application,
        "form": form,
        "fields": [form[name] for name in FILTERS if not form[name].is_hidden],
        "page": page,
        "entries": [Entry(call, {}) for call in page.calls],
        "filters": urlencode(filters),
        "area": "requests",
    }
    return render(request, "evidence/calls.html", context)
