"""The verbs about recovery: a lost second step, and an organisation whose owners are gone.

Asked by the person, decided by the staff, done after `RECOVERY_WAIT` hours in which the person and those who watch over
them can stop it. Where an owner has confirmed that it is them, nobody waits.
"""

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import letters, recovery_links
from portal.accounts.account_actions import end_every_session
from portal.accounts.actions import NotAllowedError, lock, named
from portal.accounts.models import Membership, Organisation, RecoveryRequest, Role, User
from portal.accounts.recovery_policies import may_confirm, may_decide, under_way
from portal.audit.actions import Actor, record_decision

MAXIMUM_A_DAY = 3
SYSTEM = Actor.system("recovery")
Subject = RecoveryRequest.Subject


@transaction.atomic
def ask_for_recovery(
    *, by: Actor, user: User, statement: str, organisation: Organisation | None = None
) -> RecoveryRequest:
    """Ask the staff for a way back in, or, with an organisation, for its ownership. Everybody concerned is told.

    :raises NotAllowedError: where one is under way, or three were made today.
    """
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    subject = Subject.OWNERSHIP if organisation else Subject.SECOND_STEP
    if under_way(user, subject) is not None:
        raise NotAllowedError(_("There is a request already. We answer by mail."))
    since = timezone.now() - timedelta(days=1)
    if user.recovery_requests.filter(created_at__gt=since).count() >= MAXIMUM_A_DAY:
        raise NotAllowedError(_("There were three requests within 24 hours. Try again tomorrow."))
    request = RecoveryRequest.objects.create(subject=subject, user=user, organisation=organisation, statement=statement)
    _record(by, "ask_for_recovery", request)
    _tell(request, "asked", address=by.address)
    return request


@transaction.atomic
def decide_recovery(*, by: Actor, request: RecoveryRequest, staff: User, granted: bool, reason: str) -> None:
    """Answer a request. What is granted waits, unless an owner has confirmed that it is them.

    :raises NotAllowedError: where it is answered or stopped, or is the staff member's own.
    """
    found = _lock(request)
    if not may_decide(staff, found):
        raise NotAllowedError(_("This is about you: somebody else must decide."))
    if found.decided_at is not None or found.stopped_at is not None:
        raise NotAllowedError(_("This request was decided or stopped meanwhile."))
    now = timezone.now()
    found.decided_at, found.decided_by, found.granted, found.reason = now, staff, granted, reason
    if granted:
        found.due_at = now if found.confirmed_at else now + timedelta(hours=settings.RECOVERY_WAIT)
    found.save()
    due = found.due_at.isoformat(timespec="seconds") if found.due_at else None
    _record(by, "decide_recovery", found, after={"granted": granted, "due_at": due}, reason=reason)
    if granted and found.confirmed_at:
        _apply(found)
    else:
        _tell(found, "granted" if granted else "refused")


@transaction.atomic
def confirm_recovery(*, by: Actor, request: RecoveryRequest, owner: User) -> None:
    """Say as an owner: this is them. Then nobody waits.

    :raises NotAllowedError: where the owner may not, or it is over.
    """
    found = _lock(request)
    if not may_confirm(owner, found):
        raise NotAllowedError(_("Only an owner of their organisation can confirm this."))
    _refuse_over(found)
    if found.confirmed_at is not None:
        return
    found.confirmed_at, found.confirmed_by = timezone.now(), owner
    if found.granted:
        found.due_at = found.confirmed_at
    found.save(update_fields=["confirmed_at", "confirmed_by", "due_at"])
    _record(by, "confirm_recovery", found)
    if found.granted:
        _apply(found)


@transaction.atomic
def stop_recovery(*, by: Actor, request: RecoveryRequest) -> None:
    """End a request before it takes effect. Doing it twice changes nothing.

    :raises NotAllowedError: where it has taken effect, or was refused.
    """
    found = _lock(request)
    if found.stopped_at is not None:
        return
    _refuse_over(found)
    found.stopped_at = timezone.now()
    found.save(update_fields=["stopped_at"])
    _record(by, "stop_recovery", found)
    _tell(found, "stopped", by=by.label)


def apply_due_recoveries() -> int:
    """Do what was granted and has waited long enough. Return how many."""
    due = RecoveryRequest.objects.filter(applied_at=None, stopped_at=None, due_at__lte=timezone.now())
    return sum(_apply_one(pk) for pk in due.order_by("due_at").values_list("pk", flat=True))


@transaction.atomic
def _apply_one(pk: int) -> bool:
    """Apply one, unless another process has, or somebody has stopped it."""
    found = RecoveryRequest.objects.select_for_update(of=("self",)).get(pk=pk)
    if found.applied_at or found.stopped_at or not found.due_at or found.due_at > timezone.now():
        return False
    _apply(found)
    return True


def _apply(request: RecoveryRequest) -> None:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if request.organisation is None:
        methods = list(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
        Authenticator.objects.filter(user=request.user).delete()
        end_every_session(request.user)
        before["second_step"], after["second_step"] = sorted(set(methods)), []
    else:
        organisation = lock(request.organisation)
        membership = Membership.objects.filter(organisation=organisation, user=request.user).first()
        if membership is None or organisation.closed_at is not None:
            request.stopped_at = timezone.now()
            request.save(update_fields=["stopped_at"])
            _record(SYSTEM, "stop_recovery", request, reason="no longer a member")
            return
        before["role"], after["role"] = membership.role, str(Role.OWNER)
        membership.role = Role.OWNER
        membership.save(update_fields=["role"])
    request.applied_at = timezone.now()
    request.save(update_fields=["applied_at"])
    _record(SYSTEM, "apply_recovery", request, before=before, after=after)
    _tell(request, "applied")


def _lock(request: RecoveryRequest) -> RecoveryRequest:
    found = RecoveryRequest.objects.select_for_update(of=("self",)).select_related("user", "organisation")
    return found.get(pk=request.pk)


def _refuse_over(request: RecoveryRequest) -> None:
    if request.applied_at is not None:
        raise NotAllowedError(_("It is too late: this has taken effect already."))
    if request.stopped_at is not None or request.granted is False:
        raise NotAllowedError(_("This request is over."))


def _tell(request: RecoveryRequest, event: str, **said: Any) -> None:
    links = {user.pk: recovery_links.stop_token(request, user.pk) for user in letters.concerned(request)}
    links[0] = recovery_links.stop_token(request, 0)
    letters.recovery(request, event, links, hours=settings.RECOVERY_WAIT, **said)


def _record(by: Actor, verb: str, request: RecoveryRequest, **details: Any) -> None:
    """Write it down for the person and for every organisation whose owners watch over them."""
    after = {
        "request": request.public_id,
        "subject": request.subject,
        **named(request.user),
        **details.pop("after", {}),
    }
    organisations: list[Organisation | None] = [request.organisation]
    if request.organisation is None:
        organisations = [None, *request.user.organisations.order_by("pk")]
    for organisation in organisations:
        record_decision(
            by=by,
            verb=f"accounts.{verb}",
            object_type="Organisation" if organisation else "User",
            object_id=organisation.public_id if organisation else request.user_id,
            object_label=organisation.name if organisation else str(request.user),
            organisation_id=organisation.pk if organisation else None,
            after=after,
            **details,
        )
