"""Pages about an organisation itself: making one, its settings, its end."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts import actions
from portal.accounts.actors import actor
from portal.accounts.forms import OrganisationForm
from portal.accounts.models import Organisation
from portal.accounts.organisation_forms import confirmation
from portal.accounts.policies import May, SignedInRequest, membership_for
from portal.accounts.reauthentication import recently_authenticated
from portal.accounts.ties import ties


def create(request: SignedInRequest) -> HttpResponse:
    """Make an organisation; whoever makes it owns it."""
    form = OrganisationForm(request.POST or None, initial={"security_contact": request.user.email})
    if request.method == "POST" and form.is_valid():
        organisation = actions.create_organisation(by=actor(request), owner=request.user, **form.cleaned_data)
        return redirect("application-new", organisation.public_id)
    return render(request, "organisations/new.html", {"form": form, "page_name": "organisation-new"})


@recently_authenticated
def settings(request: SignedInRequest, organisation_id: str) -> HttpResponseBase:
    """Change name, country, kind and security contact."""
    organisation = membership_for(request.user, organisation_id, May.MANAGE).organisation
    kept = Organisation.objects.get(pk=organisation.pk)  # the form writes on it; the page shows what is kept
    form = OrganisationForm(request.POST or None, instance=kept)
    if request.method == "POST" and form.is_valid():
        actions.change_organisation(by=actor(request), organisation=organisation, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("organisation-settings", organisation_id)
    context = {"organisation": organisation, "form": form, "page_name": "organisation-settings"}
    return render(request, "organisations/settings.html", context)


@recently_authenticated
def close(request: SignedInRequest, organisation_id: str) -> HttpResponseBase:
    """Close the organisation, once nothing that works depends on it."""
    organisation = membership_for(request.user, organisation_id, May.MANAGE).organisation
    form = confirmation(request.POST or None, organisation, _("Type the organisation's name to close it"))
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_organisation(by=actor(request), organisation=organisation)
        except actions.NotAllowedError as exc:
            messages.error(request, str(exc))
            return redirect("organisation-close", organisation_id)
        messages.success(request, _("%(organisation)s is closed.") % {"organisation": organisation})
        return redirect("application-list")
    context = {
        "organisation": organisation,
        "form": form,
        "ties": ties(organisation),
        "others": organisation.memberships.exclude(user=request.user).count(),
        "page_name": "organisation-settings",
    }
    return render(request, "organisations/close.html", context)
