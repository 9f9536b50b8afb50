"""Pages about applications: the list, making one, its credentials."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render

from portal.accounts.actors import actor
from portal.accounts.policies import May, SignedInRequest, may, membership_for
from portal.applications import actions
from portal.applications.forms import ApplicationForm
from portal.applications.policies import application_for


def index(request: SignedInRequest) -> HttpResponse:
    """List the applications of the user's organisations; a new user is first asked for an organisation."""
    memberships = request.user.memberships.select_related("organisation")
    if not memberships:
        return redirect("organisation-new")
    asked = request.GET.get("organisation", "")
    present = next((m for m in memberships if m.organisation.public_id == asked), memberships[0])
    applications = present.organisation.applications.filter(closed_at=None).order_by("name")
    context = {
        "organisation": present.organisation,
        "applications": applications,
        "may_build": may(present, May.BUILD),
        "area": "applications",
    }
    return render(request, "applications/list.html", context)


def create(request: SignedInRequest, organisation_id: str) -> HttpResponse:
    """Make an application with its sandbox client and first secret, and show that once."""
    membership = membership_for(request.user, organisation_id, May.BUILD)
    form = ApplicationForm(request.POST or None)
    context = {
        "organisation": membership.organisation,
        "form": form,
        "form_id": uuid.uuid4(),
        "page_name": "application-new",
        "area": "applications",
    }
    if request.method == "POST" and form.is_valid():
        application, client, secret = actions.start_application(
            by=actor(request), organisation=membership.organisation, **form.cleaned_data
        )
        context |= {"application": application, "client": client, "secret": secret}
        return render(request, "applications/created.html", context)
    return render(request, "applications/new.html", context)


def credentials(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Show the application's clients and their credentials."""
    application, _membership = application_for(request, application_id, May.SEE)
    context = {"application": application, "clients": application.clients.all(), "area": "applications"}
    return render(request, "applications/credentials.html", context)
