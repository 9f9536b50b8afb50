"""Pages about an organisation: making one, its members."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from portal.accounts import actions
from portal.accounts.actors import actor
from portal.accounts.forms import OrganisationForm
from portal.accounts.policies import May, SignedInRequest, membership_for


def create(request: SignedInRequest) -> HttpResponse:
    """Make an organisation; whoever makes it owns it."""
    form = OrganisationForm(request.POST or None, initial={"security_contact": request.user.email})
    if request.method == "POST" and form.is_valid():
        organisation = actions.create_organisation(by=actor(request), owner=request.user, **form.cleaned_data)
        return redirect("application-new", organisation.public_id)
    return render(request, "organisations/new.html", {"form": form, "page_name": "organisation-new"})


def members(request: SignedInRequest, organisation_id: str) -> HttpResponse:
    """List the members."""
    membership = membership_for(request.user, organisation_id, May.SEE)
    context = {
        "organisation": membership.organisation,
        "memberships": membership.organisation.memberships.select_related("user").order_by("user__name", "pk"),
        "page_name": "members",
    }
    return render(request, "organisations/members.html", context)
