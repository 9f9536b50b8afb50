"""Pages about what was granted: its terms, the data agreement, the first secret."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.actors import actor
from portal.accounts.models import Membership
from portal.accounts.policies import May, SignedInRequest, may
from portal.accounts.reauthentication import recently_authenticated
from portal.applications.forms import SecretForm
from portal.applications.models import Application
from portal.applications.policies import application_for
from portal.applications.shown_once import show_once, shown_already
from portal.approvals.grants import agreement as agreements
from portal.approvals.grants.attesting import attest, can_attest
from portal.approvals.grants.forms import AgreementForm, AttestForm
from portal.approvals.grants.opening import open_grant
from portal.approvals.grants.probe_reading import newest_probe
from portal.approvals.grants.standing import newest_grant
from portal.approvals.models import Grant
from portal.approvals.moving import NotAllowedError
from portal.approvals.questionnaire import questionnaire


@require_safe
def granted(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Show what was granted, and what is still to be done."""
    application, membership = application_for(request, application_id, May.SEE)
    return grant_page(request, membership, application, newest_grant(application), "grant")


@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Accept the data agreement for the organisation, and go on to what waits for it."""
    application, membership = application_for(request, application_id, May.MANAGE)
    form = AgreementForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        agreements.accept_agreement(by=actor(request), organisation=application.organisation, user=request.user)
        messages.success(request, _("The data agreement is accepted for %s.") % application.organisation)
        return redirect("grant", application_id)
    return grant_page(request, membership, application, newest_grant(application), "agreement", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def open_secret(request: SignedInRequest, application_id: str) -> HttpResponseBase:
    """Make the first secret of the production client, and show it once."""
    application, membership = application_for(request, application_id, May.BUILD)
    grant = newest_grant(application)
    form = SecretForm(request.POST or None, initial={"form_id": uuid.uuid4()})
    if grant is not None and request.method == "POST" and form.is_valid():
        form_id = form.cleaned_data["form_id"]
        if again := shown_already(request, None, form_id):
            return again
        try:
            secret = open_grant(
                by=actor(request),
                grant=grant,
                label=form.cleaned_data["label"],
                expires_at=form.expires_at,
                form_id=form_id,
            )
        except IntegrityError as exc:
            return shown_already(request, exc, form_id) or redirect("grant", application_id)
        except NotAllowedError as exc:
            messages.error(request, str(exc))
            return redirect("grant", application_id)
        return show_once(request, application, grant.client, secret, is_opening=True)
    if grant is None or grant.opened_at or grant.ended_at:
        return redirect("grant", application_id)
    return grant_page(request, membership, application, grant, "open", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def attestation(request: SignedInRequest, application_id: str) -> HttpResponseBase:
    """Show what was answered, and confirm that it still holds."""
    application, membership = application_for(request, application_id, May.MANAGE)
    grant = newest_grant(application)
    if grant is None or not can_attest(grant):
        return redirect("grant", application_id)
    form = AttestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            attest(by=actor(request), grant=grant)
        except NotAllowedError as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, _("Confirmed. Thank you."))
            return redirect("grant", application_id)
    return grant_page(request, membership, application, grant, "attest", form=form, answers=_answers(grant))


def _answers(grant: Grant) -> list[tuple[str, str]]:
    """Return what was answered when it was granted: each question with its answer."""
    version = grant.request.versions.order_by("-number").first()
    asked = questionnaire().asked_of(grant.request.application.integration)
    answers = version.answers if version else {}
    return [(each.label, each.shown(answers.get(each.key))) for each in asked]


def grant_page(
    request: SignedInRequest,
    membership: Membership,
    application: Application,
    grant: Grant | None,
    name: str,
    **context: Any,
) -> HttpResponse:
    """Answer with one of the pages about a grant."""
    context |= {
        "application": application,
        "grant": grant,
        "client": grant.client if grant else None,
        "probe": newest_probe(grant),
        "can_attest": grant is not None and can_attest(grant),
        "acceptance": agreements.accepted(application.organisation),
        "agreement_version": settings.AGREEMENT_VERSION,
        "may_build": may(membership, May.BUILD),
        "may_manage": may(membership, May.MANAGE),
        "tab": "production",
        "area": "applications",
    }
    return render(request, f"production/grant/{name}.html", context)
