"""Pages about members: the list, changing a role, removing, leaving, giving ownership away."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Exists, OuterRef, When
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts import actions
from portal.accounts.actors import actor
from portal.accounts.models import Membership, Role
from portal.accounts.organisation_forms import ConfirmedForm, RoleForm, TransferForm, confirmation
from portal.accounts.policies import May, SignedInRequest, about_oneself, may, membership_for
from portal.accounts.reauthentication import recently_authenticated
from portal.accounts.recovery_policies import may_ask_for_ownership

PAGE = 50
SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
BY_ROLE = Case(When(role=Role.OWNER, then=0), When(role=Role.DEVELOPER, then=1), default=2)


def index(request: SignedInRequest, organisation_id: str) -> HttpResponse:
    """List the members and, to owners, the open invitations."""
    membership = membership_for(request.user, organisation_id, May.SEE)
    organisation = membership.organisation
    second_step = Exists(Authenticator.objects.filter(user=OuterRef("user"), type__in=SECOND_STEPS))
    members = organisation.memberships.select_related("user").annotate(second_step=second_step)
    invitations = organisation.invitations.filter(accepted_at=None, withdrawn_at=None).order_by("-pk")
    may_manage = may(membership, May.MANAGE)
    context = {
        "organisation": organisation,
        "page": Paginator(members.order_by(BY_ROLE, "user__name", "pk"), PAGE).get_page(request.GET.get("page")),
        "invitations": invitations[:PAGE] if may_manage else (),
        "mine": membership,
        "may_manage": may_manage,
        "may_ask": may_ask_for_ownership(membership),
        "page_name": "members",
    }
    return render(request, "organisations/members.html", context)


@recently_authenticated
def change_role(request: SignedInRequest, organisation_id: str, member_id: int) -> HttpResponseBase:
    """Let a member do more or less."""
    member = _member(request, organisation_id, member_id)
    form = RoleForm(request.POST or None, initial={"role": member.role})
    if request.method == "POST" and form.is_valid():
        role = form.cleaned_data["role"]
        done = _("%(name)s is now: %(role)s.") % {"name": member.user, "role": Role(role).label}
        return _do(request, member, done, lambda: actions.change_role(by=actor(request), membership=member, role=role))
    context = {"organisation": member.organisation, "member": member, "form": form, "page_name": "members"}
    context |= {"last_owner": actions.is_last_owner(member), "own": member.user_id == request.user.pk}
    return render(request, "organisations/role.html", context)


@recently_authenticated
def remove(request: SignedInRequest, organisation_id: str, member_id: int) -> HttpResponseBase:
    """End somebody's membership, after their name was typed."""
    member = _member(request, organisation_id, member_id)
    if member.user_id == request.user.pk:
        return redirect("organisation-leave", organisation_id)
    form = ConfirmedForm(
        request.POST or None, expected=str(member.user), label=_("Type “%s” to remove them") % member.user
    )
    if request.method == "POST" and form.is_valid():
        done = _("%(name)s is no longer a member.") % {"name": member.user}
        return _do(request, member, done, lambda: actions.remove_member(by=actor(request), membership=member))
    context = {"organisation": member.organisation, "member": member, "form": form, "page_name": "members"}
    context["last_owner"] = actions.is_last_owner(member)
    return render(request, "organisations/remove.html", context)


@about_oneself
def leave(request: SignedInRequest, organisation_id: str) -> HttpResponse:
    """Leave, after the organisation's name was typed."""
    mine = membership_for(request.user, organisation_id, May.SEE)
    form = confirmation(request.POST or None, mine.organisation, _("Type “%s” to leave it") % mine.organisation)
    if request.method == "POST" and form.is_valid():
        try:
            actions.leave(by=actor(request), membership=mine)
        except actions.NotAllowedError as exc:
            messages.error(request, str(exc))
            return redirect("organisation-leave", organisation_id)
        messages.success(request, _("You have left %(organisation)s.") % {"organisation": mine.organisation})
        return redirect("application-list")
    context = {"organisation": mine.organisation, "mine": mine, "form": form, "page_name": "members"}
    context["last_owner"] = actions.is_last_owner(mine)
    return render(request, "organisations/leave.html", context)


@recently_authenticated
def transfer(request: SignedInRequest, organisation_id: str) -> HttpResponseBase:
    """Give ownership to another member."""
    mine = membership_for(request.user, organisation_id, May.MANAGE)
    form = TransferForm(request.POST or None, giver=mine)
    if request.method == "POST" and form.is_valid():
        taker, stay_as = form.cleaned_data["member"], form.cleaned_data["stay_as"]

        def give() -> None:
            actions.transfer_ownership(by=actor(request), giver=mine, taker=taker, stay_as=stay_as)

        done = _("%(name)s is now an owner of %(organisation)s.") % {
            "name": taker.user,
            "organisation": mine.organisation,
        }
        return _do(request, mine, done, give)
    alone = not mine.organisation.memberships.exclude(pk=mine.pk).exists()
    context = {"organisation": mine.organisation, "form": form, "alone": alone, "page_name": "members"}
    return render(request, "organisations/transfer.html", context)


def _member(request: SignedInRequest, organisation_id: str, member_id: int) -> Membership:
    organisation = membership_for(request.user, organisation_id, May.MANAGE).organisation
    member = organisation.memberships.select_related("user").filter(pk=member_id).first()
    if member is None:
        raise Http404
    member.organisation = organisation
    return member


def _do(request: SignedInRequest, member: Membership, done: str, change: Callable[[], None]) -> HttpResponse:
    """Do it, say that it is done or why not, and return to the list."""
    try:
        change()
    except actions.NotAllowedError as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, done)
    return redirect("organisation", member.organisation.public_id)
