"""Mails about organisations and recovery: who is told what."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from portal.accounts.models import Invitation, Membership, Organisation, RecoveryRequest, Role, User
from portal.accounts.recovery_policies import may_confirm
from portal.mail.sending import send


def invited(invitation: Invitation, token: str, valid_for: timedelta) -> None:
    """Send the link."""
    known = User.objects.filter(email=invitation.email).first()
    inviter = invitation.invited_by
    send(
        to=invitation.email,
        template="organisations/invitation",
        context={
            "organisation": invitation.organisation,
            "inviter": inviter,
            "role_name": Role(invitation.role).label,
            "token": token,
        },
        language=(known or inviter).language if known or inviter else "en",  # type: ignore[union-attr]
        valid_for=valid_for,
    )


def joined(organisation: Organisation, user: User, role: str) -> None:
    """Tell the owners who has accepted."""
    owners = [owner for owner in _owners(organisation) if owner != user]
    _tell(owners, "organisations/joined", organisation=organisation, member=user, role_name=Role(role).label)


def left(organisation: Organisation, user: User) -> None:
    """Tell the owners who has gone."""
    _tell(_owners(organisation), "organisations/left", organisation=organisation, member=user)


def removed(organisation: Organisation, user: User, by: str) -> None:
    """Tell a member that they are one no longer."""
    _tell([user], "organisations/removed", organisation=organisation, by=by)


def role_changed(membership: Membership, by: str) -> None:
    """Tell a member what they are now."""
    role = Role(membership.role).label
    _tell([membership.user], "organisations/role_changed", organisation=membership.organisation, role_name=role, by=by)


def security_contact_changed(organisation: Organisation, before: str, by: str) -> None:
    """Tell both addresses."""
    now = organisation.security_contact
    for address in dict.fromkeys(filter(None, (before, now))):
        send(
            to=address,
            template="organisations/security_contact_changed",
            context={"organisation": organisation, "before": before, "now": now, "by": by, "is_new": address == now},
            language=_language_of(address, organisation),
        )


def organisation_closed(organisation: Organisation, by: str) -> None:
    """Tell everybody who was a member; call it while they are."""
    _tell(organisation.members.filter(is_active=True), "organisations/closed", organisation=organisation, by=by)


def recovery(request: RecoveryRequest, event: str, links: dict[int, str], **said: Any) -> None:
    """Tell everybody whom a recovery concerns what has happened to it.

    :param links: where each of them can stop it, by the id of the user; the security contact's has the id 0.
    """
    organisation = request.organisation
    said |= {
        "request": request,
        "organisation": organisation,
        "asker": str(request.user),
        "reason": request.reason,
    }
    for user in concerned(request):
        mine = user == request.user
        own = {"mine": mine, "mine_step": mine and organisation is None, "link": links.get(user.pk)}
        _tell([user], f"recovery/{event}", **said, **own, confirm=may_confirm(user, request))
    if organisation and organisation.security_contact:
        send(
            to=organisation.security_contact,
            template=f"recovery/{event}",
            context={**said, "mine": False, "link": links.get(0)},
            language=_language_of(organisation.security_contact, organisation),
        )


def concerned(request: RecoveryRequest) -> list[User]:
    """Return the person, and whoever watches over them: the owners, or for an ownership every member."""
    if request.organisation:
        others = User.objects.filter(memberships__organisation=request.organisation)
    else:
        others = User.objects.filter(
            memberships__role=Role.OWNER, memberships__organisation__memberships__user=request.user
        )
    others = others.filter(is_active=True).exclude(pk=request.user_id).order_by("pk").distinct()
    return [request.user, *others]


def _owners(organisation: Organisation) -> list[User]:
    owners = User.objects.filter(memberships__organisation=organisation, memberships__role=Role.OWNER, is_active=True)
    return list(owners.order_by("pk"))


def _tell(users: Iterable[User], template: str, **said: Any) -> None:
    for user in users:
        send(to=user.email, template=template, context={"user": user, **said}, language=user.language)


def _language_of(address: str, organisation: Organisation) -> str:
    """Return the language of whoever has this address, or else of the first owner."""
    found = User.objects.filter(email=address.lower()).first() or next(iter(_owners(organisation)), None)
    return found.language if found else "en"
