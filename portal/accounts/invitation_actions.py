"""The verbs about invitations. The mail's link carries 256 random bits; the database keeps their SHA-256 alone."""

import hashlib
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import letters
from portal.accounts.actions import NotAllowedError, lock, named, record
from portal.accounts.models import Invitation, Membership, Organisation, User
from portal.audit.actions import Actor
from portal.audit.models import Decision

VALID = timedelta(days=7)
MAXIMUM_A_DAY = 50
"""How many invitations an organisation may send within 24 hours, those that are sent again among them."""
SENDING = ("accounts.invite", "accounts.resend_invitation")


def digest(token: str) -> str:
    """Return what is kept of a token. It is as random as a key, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(*, by: Actor, organisation: Organisation, inviter: User, email: str, role: str) -> Invitation:
    """Ask somebody to join. An invitation to the same address that is open takes the new role and gets a new link.

    :raises NotAllowedError: where they are a member already, or too many were sent today.
    """
    email, organisation = email.lower(), lock(organisation)
    if organisation.memberships.filter(user__email=email).exists():
        raise NotAllowedError(_("%(email)s is a member already.") % {"email": email})
    _refuse_too_many(organisation)
    invitation = organisation.invitations.filter(email=email, accepted_at=None, withdrawn_at=None).first()
    invitation = invitation or Invitation(organisation=organisation, email=email)
    invitation.organisation, invitation.role, invitation.invited_by = organisation, role, inviter
    _send(invitation)
    record(by, "invite", organisation, after={"email": email, "role": role})
    return invitation


@transaction.atomic
def resend_invitation(*, by: Actor, invitation: Invitation) -> None:
    """Send a new link, with seven new days; the old link ends.

    :raises NotAllowedError: where the invitation has been answered, or too many were sent today.
    """
    organisation = lock(invitation.organisation)
    found = _open(invitation)
    _refuse_too_many(organisation)
    found.organisation = organisation
    _send(found)
    record(by, "resend_invitation", organisation, after={"email": found.email, "role": found.role})


@transaction.atomic
def withdraw_invitation(*, by: Actor, invitation: Invitation) -> None:
    """End an invitation: its link works no longer.

    :raises NotAllowedError: where it has been answered.
    """
    organisation = lock(invitation.organisation)
    found = _open(invitation)
    found.withdrawn_at = timezone.now()
    found.save(update_fields=["withdrawn_at"])
    record(by, "withdraw_invitation", organisation, before={"email": found.email, "role": found.role})


@transaction.atomic
def accept_invitation(*, by: Actor, invitation: Invitation, user: User) -> Membership:
    """Join. Only whoever has shown that the invited address is theirs may.

    :raises NotAllowedError: where the invitation works no longer, or is for another address.
    """
    organisation = lock(invitation.organisation)
    found = _open(invitation)
    if found.is_expired or organisation.closed_at is not None:
        raise NotAllowedError(_("This invitation has expired. Ask for a new one."))
    if not is_for(found, user):
        raise NotAllowedError(_("This invitation is for another address."))
    found.accepted_at = timezone.now()
    found.save(update_fields=["accepted_at"])
    membership = organisation.memberships.filter(user=user).first()
    if membership is None:
        membership = Membership.objects.create(organisation=organisation, user=user, role=found.role)
        letters.joined(organisation, user, found.role)
    record(by, "accept_invitation", organisation, after={**named(user), "email": found.email, "role": membership.role})
    return membership


def is_for(invitation: Invitation, user: User) -> bool:
    """Say whether the user has shown that the invited address is theirs."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=invitation.email, verified=True).exists())


def usable(token: str) -> Invitation | None:
    """Return the invitation that this token opens."""
    found = Invitation.objects.select_related("organisation", "invited_by").filter(
        digest=digest(token), accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
    )
    return found.first()


def behind(address: str) -> Invitation | None:
    """Return the invitation that is answered at this address of ours."""
    try:
        match = resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return None
    return usable(match.kwargs["token"]) if match.url_name == "invitation" else None


def joined_by(token: str, user: User) -> Organisation | None:
    """Return the organisation that the user, who is its member still, joined by this link."""
    accepted = Invitation.objects.select_related("organisation").filter(
        digest=digest(token), accepted_at__isnull=False, organisation__memberships__user=user
    )
    invitation = accepted.first()
    return invitation.organisation if invitation and is_for(invitation, user) else None


def _send(invitation: Invitation) -> None:
    token = secrets.token_urlsafe(32)
    invitation.digest, invitation.expires_at = digest(token), timezone.now() + VALID
    invitation.save()
    letters.invited(invitation, token, VALID)


def _open(invitation: Invitation) -> Invitation:
    found = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).first()
    if found is None:
        raise NotAllowedError(_("This invitation was accepted or withdrawn meanwhile."))
    return found


def _refuse_too_many(organisation: Organisation) -> None:
    since = timezone.now() - timedelta(days=1)
    sent = Decision.objects.filter(organisation_id=organisation.pk, verb__in=SENDING, at__gt=since)
    if sent.count() >= MAXIMUM_A_DAY:
        raise NotAllowedError(
            _("%(organisation)s has sent %(number)s invitations within 24 hours, and may not send more. Try tomorrow.")
            % {"organisation": organisation, "number": MAXIMUM_A_DAY}
        )
