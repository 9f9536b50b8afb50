"""The staff's desk: who asks for recovery, what speaks for them, and the decision. For others it does not exist."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, When
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.accounts import recovery_actions as actions
from portal.accounts.actions import NotAllowedError, active_owners
from portal.accounts.models import Membership, Organisation, RecoveryRequest, User
from portal.accounts.policies import SignedInRequest
from portal.accounts.reauthentication import recently_authenticated
from portal.accounts.recovery_forms import DecisionForm
from portal.accounts.recovery_policies import may_decide
from portal.accounts.staff import staff_actor, staff_only
from portal.audit.models import Decision

PAGE = 25
SIGN_INS = 10


@staff_only
@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """List the requests: those that wait for a decision first, the oldest of them on top."""
    actions.apply_due_recoveries()
    waiting = Case(When(decided_at=None, stopped_at=None, then=0), default=1)
    rows = RecoveryRequest.objects.select_related("user", "organisation").annotate(over=waiting)
    ordered = rows.order_by("over", Case(When(over=0, then="created_at")), "-created_at", "pk")
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    return render(request, "recovery/desk.html", {"page": page})


@staff_only
@recently_authenticated
def decide(request: SignedInRequest, recovery_id: str) -> HttpResponseBase:
    """Show what speaks for a request, and answer it."""
    actions.apply_due_recoveries()
    found = RecoveryRequest.objects.select_related("user", "organisation", "decided_by", "confirmed_by")
    recovery = get_object_or_404(found, public_id=recovery_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_recovery(by=staff_actor(request), request=recovery, staff=request.user, **form.said())
        except NotAllowedError as exc:
            messages.error(request, str(exc))
        else:
            messages.success(request, _("Decided. Everybody concerned has been written to."))
        return redirect("recovery-request", recovery_id)
    context = {
        "recovery": recovery,
        "form": form,
        "may_decide": may_decide(request.user, recovery),
        "organisations": [Watched.of(one) for one in _organisations(recovery)],
        "second_steps": _second_steps(recovery.user),
        "sign_ins": _sign_ins(recovery.user),
        "earlier": recovery.user.recovery_requests.exclude(pk=recovery.pk).order_by("-created_at")[:SIGN_INS],
    }
    return render(request, "recovery/decide.html", context)


@dataclass(frozen=True)
class Watched:
    """An organisation of the person's, and who could recognise them there."""

    membership: Membership
    organisation: Organisation
    owners: list[User]

    @classmethod
    def of(cls, membership: Membership) -> "Watched":
        """Return what the desk needs to know of it."""
        organisation = membership.organisation
        owners = [owner for owner in active_owners(organisation) if owner.pk != membership.user_id]
        return cls(membership, organisation, owners)


def _organisations(recovery: RecoveryRequest) -> QuerySet[Membership]:
    found = recovery.user.memberships.select_related("organisation").order_by("organisation__name")
    return found.filter(organisation=recovery.organisation) if recovery.organisation else found


def _second_steps(user: User) -> QuerySet[Authenticator]:
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user).order_by("created_at")
    return found


def _sign_ins(user: User) -> QuerySet[Decision]:
    found: QuerySet[Decision] = Decision.objects.filter(object_type="User", object_id=str(user.pk))
    return found.filter(verb="accounts.sign_in").order_by("-id")[:SIGN_INS]
