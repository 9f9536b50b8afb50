"""Who may ask for recovery, decide about it, confirm it."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import Membership, Organisation, RecoveryRequest, Role, User

SILENT = timedelta(days=30)
"""An organisation all of whose owners have not signed in for so long counts as one without."""


def under_way(user: User, subject: str) -> RecoveryRequest | None:
    """Return the user's request that is neither refused nor stopped nor done."""
    found = user.recovery_requests.filter(subject=subject, applied_at=None, stopped_at=None)
    return found.filter(Q(granted=None) | Q(granted=True)).first()


def reachable_owners(organisation: Organisation) -> list[User]:
    """Return the owners who can sign in, and have lately."""
    owners = User.objects.filter(memberships__organisation=organisation, memberships__role=Role.OWNER, is_active=True)
    since = timezone.now() - SILENT
    lately = Q(last_login__gt=since) | Q(last_login=None, created_at__gt=since)
    return list(owners.filter(lately).order_by("name", "pk"))


def may_ask_for_ownership(membership: Membership) -> bool:
    """Say whether a member may ask to become the owner: where no owner could answer them."""
    return membership.role != Role.OWNER and not reachable_owners(membership.organisation)


def may_decide(staff: User, request: RecoveryRequest) -> bool:
    """Say whether this member of the staff may: nobody decides about themselves, or about their own organisation."""
    if not staff.is_staff or staff.pk == request.user_id:
        return False
    shared = Membership.objects.filter(user=staff, organisation__in=_organisations(request))
    return not shared.exists()


def may_confirm(owner: User, request: RecoveryRequest) -> bool:
    """Say whether this is an owner who can speak for the person."""
    if owner.pk == request.user_id or not owner.is_active:
        return False
    owned = Membership.objects.filter(user=owner, role=Role.OWNER, organisation__in=_organisations(request))
    return owned.exists()


def _organisations(request: RecoveryRequest) -> list[int]:
    if request.organisation_id is not None:
        return [request.organisation_id]
    return list(request.user.memberships.values_list("organisation_id", flat=True))
