"""Pages about applications: the list, making one, its settings, closing and reopening it."""

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import F, OuterRef, Subquery
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actors import actor
from portal.accounts.landing import first_page
from portal.accounts.policies import May, SignedInRequest, may, membership_for, require
from portal.accounts.reauthentication import recently_authenticated
from portal.applications import actions
from portal.applications.forms import ApplicationForm, ConfirmedForm
from portal.applications.models import Application
from portal.applications.policies import application_for
from portal.applications.shown_once import show_once, shown_already
from portal.audit.models import ApiCall

PAGE = 25


def index(request: SignedInRequest) -> HttpResponse:
    """List the applications of the user's organisations; a new user is first asked for an organisation."""
    memberships = list(request.user.memberships.select_related("organisation").order_by("organisation__name"))
    if not memberships:
        if address := first_page(request.user):
            return redirect(address)
        messages.info(
            request, _("Welcome! Apps belong to an organisation. Tell us about yours; your first app comes next.")
        )
        return redirect("organisation-new")
    asked = request.GET.get("organisation", "")
    present = next((m for m in memberships if m.organisation.public_id == asked), memberships[0])
    words = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:120]
    applications = present.organisation.applications.order_by(F("closed_at").asc(nulls_first=True), "name", "pk")
    if words:
        applications = applications.filter(name__icontains=words)
    page = Paginator(applications.prefetch_related("clients"), PAGE).get_page(request.GET.get("page"))
    _note_newest_calls(page)
    context = {
        "organisation": present.organisation,
        "membership": present,
        "others": [membership for membership in memberships if membership is not present],
        "page": page,
        "words": words,
        "may_build": may(present, May.BUILD),
        "area": "applications",
    }
    return render(request, "applications/list.html", context)


def _note_newest_calls(applications: Sequence[Application]) -> None:
    """Note on each application when it called last: one query, an index look-up for each."""
    newest = ApiCall.objects.filter(application_id=OuterRef("pk")).order_by("-at").values("at")[:1]
    found = Application.objects.filter(pk__in=[one.pk for one in applications]).values_list("pk", Subquery(newest))
    moments = dict(found)
    for application in applications:
        application.called_at = moments[application.pk]  # type: ignore[attr-defined]


@recently_authenticated
def create(request: SignedInRequest, organisation_id: str) -> HttpResponseBase:
    """Make an application with its sandbox client and first secret, and show that once."""
    membership = membership_for(request.user, organisation_id, May.BUILD)
    organisation = membership.organisation
    form = ApplicationForm(request.POST or None)
    form_id = _form_id(request)
    if request.method == "POST" and form.is_valid():
        if again := shown_already(request, None, form_id):
            return again
        try:
            application, client, secret = actions.start_application(
                by=actor(request), organisation=organisation, form_id=form_id, **form.cleaned_data
            )
        except IntegrityError as exc:
            return shown_already(request, exc, form_id) or redirect("application-list")
        except actions.NotAllowedError as exc:
            messages.error(request, str(exc))
            return redirect("application-list")
        return show_once(request, application, client, secret, is_new_application=True)
    context = {
        "organisation": organisation,
        "form": form,
        "form_id": form_id,
        "page_name": "application-new",
        "area": "applications",
    }
    return render(request, "applications/new.html", context)


def _form_id(request: SignedInRequest) -> uuid.UUID:
    """Return the id that the form carries, or a new one."""
    try:
        return uuid.UUID(request.POST.get("form_id", ""))
    except ValueError:
        return uuid.uuid4()


def settings(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Change what the application says of itself, or go on to closing it."""
    application, membership = application_for(request, application_id, May.SEE)
    if request.method == "POST":
        require(membership, May.BUILD)
    form = ApplicationForm(request.POST or None, instance=application) if may(membership, May.BUILD) else None
    if request.method == "POST" and form and form.is_valid():
        actions.change_application(by=actor(request), application=application, **form.cleaned_data)
        messages.success(request, _("The settings are saved."))
        return redirect("application-settings", application.public_id)
    if form and form.errors:
        application.refresh_from_db()  # the form has put what was typed into it
    context = {
        "application": application,
        "form": form,
        "may_manage": may(membership, May.MANAGE),
        "can_reopen": application.closed_at is not None and actions.can_reopen(application.closed_at),
        "tab": "settings",
        "area": "applications",
    }
    return render(request, "applications/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def close(request: SignedInRequest, application_id: str) -> HttpResponseBase:
    """Close the application, for who types its name."""
    application, _membership = application_for(request, application_id, May.MANAGE)
    if application.closed_at:
        return redirect("application-settings", application.public_id)
    form = ConfirmedForm(
        request.POST or None, name=application.name, label=_("Type the app's name to close it: %s") % application.name
    )
    if request.method == "POST" and form.is_valid():
        actions.close_application(by=actor(request), application=application)
        messages.success(request, _("The app is closed. Its clients are refused; it can be reopened for 30 days."))
        return redirect("application-settings", application.public_id)
    context = {"application": application, "form": form, "tab": "settings", "area": "applications"}
    return render(request, "applications/close.html", context)


@require_POST
@recently_authenticated
def reopen(request: SignedInRequest, application_id: str) -> HttpResponseBase:
    """Open a closed application again."""
    application, _membership = application_for(request, application_id, May.MANAGE)
    try:
        actions.reopen_application(by=actor(request), application=application)
    except actions.NotAllowedError as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, _("The app is open again, with the credentials that have not ended meanwhile."))
    return redirect("application-settings", application.public_id)
