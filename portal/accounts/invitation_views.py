"""Pages about invitations: sending, sending again, withdrawing, answering."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from portal.accounts import invitation_actions as actions
from portal.accounts.actions import NotAllowedError
from portal.accounts.actors import actor
from portal.accounts.models import Invitation, Organisation, User
from portal.accounts.organisation_forms import InvitationForm
from portal.accounts.policies import May, SignedInRequest, membership_for, signed_in
from portal.accounts.reauthentication import recently_authenticated


@recently_authenticated
def invite(request: SignedInRequest, organisation_id: str) -> HttpResponseBase:
    """Ask somebody to join."""
    organisation = membership_for(request.user, organisation_id, May.MANAGE).organisation
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sent = actions.invite(
                by=actor(request), organisation=organisation, inviter=request.user, **form.cleaned_data
            )
        except NotAllowedError as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, _("Invited: %(email)s. The link works for 7 days.") % {"email": sent.email})
            return redirect("organisation", organisation_id)
    context = {"organisation": organisation, "form": form, "page_name": "members"}
    return render(request, "organisations/invite.html", context)


def resend(request: SignedInRequest, organisation_id: str, invitation_id: int) -> HttpResponse:
    """Send a new link."""
    invitation = _invitation(request, organisation_id, invitation_id)
    if request.method == "POST":
        try:
            actions.resend_invitation(by=actor(request), invitation=invitation)
        except NotAllowedError as exc:
            messages.error(request, str(exc))
        else:
            messages.success(request, _("Sent again to %(email)s. The old link is void.") % {"email": invitation.email})
        return redirect("organisation", organisation_id)
    return _confirm(request, invitation, "organisations/resend.html")


def withdraw(request: SignedInRequest, organisation_id: str, invitation_id: int) -> HttpResponse:
    """End an invitation."""
    invitation = _invitation(request, organisation_id, invitation_id)
    if request.method == "POST":
        try:
            actions.withdraw_invitation(by=actor(request), invitation=invitation)
        except NotAllowedError as exc:
            messages.error(request, str(exc))
        else:
            messages.success(
                request, _("Withdrawn. The link that went to %(email)s is void.") % {"email": invitation.email}
            )
        return redirect("organisation", organisation_id)
    return _confirm(request, invitation, "organisations/withdraw.html")


def _invitation(request: SignedInRequest, organisation_id: str, invitation_id: int) -> Invitation:
    organisation = membership_for(request.user, organisation_id, May.MANAGE).organisation
    invitation = organisation.invitations.filter(pk=invitation_id, accepted_at=None, withdrawn_at=None).first()
    if invitation is None:
        raise Http404
    invitation.organisation = organisation
    return invitation


def _confirm(request: SignedInRequest, invitation: Invitation, template: str) -> HttpResponse:
    context = {"organisation": invitation.organisation, "invitation": invitation, "page_name": "members"}
    return render(request, template, context)


@never_cache
@login_not_required
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever holds its link, and let the invited person accept it.

    Whatever is wrong with a link, everybody reads the same about it: nobody learns what it once was, but whoever joined
    by it.
    """
    request.needs_sign_in = True  # type: ignore[attr-defined] # the header names who is signed in
    invitation = actions.usable(token)
    if invitation is None:
        if signed_in(request.user) and (organisation := actions.joined_by(token, request.user)):
            messages.info(request, _("You are a member of %(organisation)s already.") % {"organisation": organisation})
            return _to_its_apps(organisation)
        return render(request, "organisations/invitation_void.html", status=404)
    if not signed_in(request.user):
        return _show(request, invitation, "organisations/invitation_signed_out.html")
    if not actions.is_for(invitation, request.user):
        return _show(request, invitation, "organisations/invitation_of_another.html", status=403)
    if request.method == "POST":
        return _accept(request, invitation, request.user)
    return _show(request, invitation, "organisations/invitation_accept.html")


def _accept(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    try:
        actions.accept_invitation(by=actor(request), invitation=invitation, user=user)  # type: ignore[arg-type]
    except NotAllowedError:
        return render(request, "organisations/invitation_void.html", status=404)
    messages.success(request, _("Welcome to %(organisation)s.") % {"organisation": invitation.organisation})
    return _to_its_apps(invitation.organisation)


def _to_its_apps(organisation: Organisation) -> HttpResponse:
    return redirect(f"{reverse('application-list')}?{urlencode({'organisation': organisation.public_id})}")


def _show(request: HttpRequest, invitation: Invitation, template: str, status: int = 200) -> HttpResponse:
    context = {"invitation": invitation, "organisation": invitation.organisation, "masked": masked(invitation.email)}
    return render(request, template, context, status=status)


def masked(email: str) -> str:
    """Return as much of an address as its owner needs to know it: `a…@example.org`."""
    name, _at, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"
