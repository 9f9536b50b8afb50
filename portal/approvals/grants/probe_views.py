"""Pages about the probe: starting it again, and how far it is."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.actors import actor
from portal.accounts.policies import May, SignedInRequest
from portal.accounts.reauthentication import recently_authenticated_from_the_start
from portal.applications.forms import SecretForm
from portal.applications.policies import application_for
from portal.applications.shown_once import show_once, shown_already
from portal.approvals.grants.forms import PastedSecretForm
from portal.approvals.grants.opening import probe_with_new_secret
from portal.approvals.grants.probe_reading import newest_probe
from portal.approvals.grants.probing import start_probe
from portal.approvals.grants.standing import newest_grant
from portal.approvals.grants.views import grant_page
from portal.approvals.models import Grant
from portal.approvals.moving import NotAllowedError


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated_from_the_start
def probe(request: SignedInRequest, application_id: str) -> HttpResponseBase:
    """Begin a probe with a secret that is pasted, or with a new one."""
    application, membership = application_for(request, application_id, May.BUILD)
    grant = newest_grant(application)
    if grant is None or grant.opened_at is None or grant.ended_at:
        return redirect("grant", application_id)
    is_new = "lifetime" in request.POST  # the other form has no such field
    pasted = PastedSecretForm(request.POST if request.method == "POST" and not is_new else None)
    new = SecretForm(request.POST if is_new else None, initial={"form_id": uuid.uuid4()})
    try:
        if is_new and new.is_valid():
            return _with_new(request, grant, new)
        if not is_new and pasted.is_valid():
            start_probe(by=actor(request), grant=grant, secret=pasted.cleaned_data["secret"].strip())
            messages.success(request, _("The probe has begun."))
            return redirect("grant", application_id)
    except NotAllowedError as exc:
        (new if is_new else pasted).add_error(None, str(exc))
    return grant_page(request, membership, application, grant, "probe", pasted=pasted, new=new)


def _with_new(request: SignedInRequest, grant: Grant, form: SecretForm) -> HttpResponse:
    form_id: Any = form.cleaned_data["form_id"]
    if again := shown_already(request, None, form_id):
        return again
    try:
        secret = probe_with_new_secret(
            by=actor(request),
            grant=grant,
            label=form.cleaned_data["label"],
            expires_at=form.expires_at,
            form_id=form_id,
        )
    except IntegrityError as exc:
        application_id = grant.request.application.public_id
        return shown_already(request, exc, form_id) or redirect("grant", application_id)
    return show_once(request, grant.request.application, grant.client, secret, is_probed=True)


@require_safe
def progress(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Show how far the last probe is, for a page that knows what it has seen: 204 where there is nothing new."""
    application, _membership = application_for(request, application_id, May.SEE)
    shown = newest_probe(newest_grant(application))
    if shown is None or shown.seen == request.GET.get("seen"):
        return HttpResponse(status=204)
    answer = render(request, "production/grant/probe_steps.html", {"probe": shown})
    answer["Cache-Control"] = "no-store, private"
    return answer
