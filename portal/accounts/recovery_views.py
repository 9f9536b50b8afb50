"""Asking for recovery, stopping it, and confirming as an owner that it is them."""

from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from portal.accounts import recovery_actions as actions
from portal.accounts.actions import NotAllowedError
from portal.accounts.actors import actor, user_actor
from portal.accounts.models import RecoveryRequest
from portal.accounts.policies import May, SignedInRequest, about_oneself, membership_for
from portal.accounts.reauthentication import recently_authenticated
from portal.accounts.recovery_forms import StatementForm
from portal.accounts.recovery_links import opened
from portal.accounts.recovery_policies import may_ask_for_ownership, may_confirm, reachable_owners, under_way

Subject = RecoveryRequest.Subject


@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for a sign-in without the second step: open to whoever has just given the right password."""
    user = request._login_stage.login.user  # type: ignore[attr-defined]
    actions.apply_due_recoveries()
    if not is_mfa_enabled(user):
        messages.success(request, _("Your second step is removed. Sign in with your password."))
        return redirect("account_login")
    form = StatementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask_for_recovery(by=user_actor(request, user), user=user, **form.cleaned_data)
        except NotAllowedError as exc:
            form.add_error(None, str(exc))
        else:
            return redirect("recovery-second-step")
    context = {"form": form, "present": under_way(user, Subject.SECOND_STEP)}
    return render(request, "recovery/second_step.html", context)


@about_oneself
def ownership(request: SignedInRequest, organisation_id: str) -> HttpResponse:
    """Ask to become the owner of an organisation whose owners are gone."""
    membership = membership_for(request.user, organisation_id, May.SEE)
    organisation = membership.organisation
    form = StatementForm(request.POST or None)
    present = under_way(request.user, Subject.OWNERSHIP)
    allowed = may_ask_for_ownership(membership)
    if request.method == "POST" and allowed and form.is_valid():
        try:
            actions.ask_for_recovery(
                by=actor(request), user=request.user, organisation=organisation, **form.cleaned_data
            )
        except NotAllowedError as exc:
            form.add_error(None, str(exc))
        else:
            return redirect("organisation-ownership", organisation_id)
    context = {
        "organisation": organisation,
        "form": form,
        "present": present,
        "allowed": allowed,
        "owners": reachable_owners(organisation),
    }
    return render(request, "recovery/ownership.html", context, status=200 if allowed or present else 403)


@never_cache
@login_not_required
def stop(request: HttpRequest, link: str) -> HttpResponse:
    """Stop a recovery by the link in a mail. Opening the link does nothing: programs open links, too."""
    found = opened(link, str(request.META["REMOTE_ADDR"]))
    if found is None:
        return render(request, "recovery/no_such_link.html", status=404)
    recovery, by = found
    fault = ""
    if request.method == "POST":
        try:
            actions.stop_recovery(by=by, request=recovery)
        except NotAllowedError as exc:
            fault = str(exc)
        recovery.refresh_from_db()
    return render(request, "recovery/stop.html", {"recovery": recovery, "fault": fault})


@recently_authenticated
def confirm(request: SignedInRequest, recovery_id: str) -> HttpResponseBase:
    """Let an owner say that it is them, or stop it."""
    recovery = get_object_or_404(RecoveryRequest.objects.select_related("user", "organisation"), public_id=recovery_id)
    if not may_confirm(request.user, recovery):
        raise Http404
    if request.method == "POST":
        try:
            if request.POST.get("answer") == "stop":
                actions.stop_recovery(by=actor(request), request=recovery)
            elif request.POST.get("answer") == "confirm":
                actions.confirm_recovery(by=actor(request), request=recovery, owner=request.user)
        except NotAllowedError as exc:
            messages.error(request, str(exc))
        return redirect("recovery-confirm", recovery_id)
    return render(request, "recovery/confirm.html", {"recovery": recovery})
