"""Reviewers suspend a production client at once, and restore it; its owners are told why."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import Membership, User
from portal.applications import actions
from portal.applications.models import Client
from portal.approvals.grants import letters
from portal.approvals.models import Grant
from portal.approvals.moving import NotAllowedError
from portal.audit.actions import Actor


@transaction.atomic
def suspend(*, by: Actor, client: Client, reason: str) -> None:
    """Refuse the client and its tokens everywhere within two seconds.

    :raises NotAllowedError: where no reason is given.
    """
    try:
        actions.suspend_client(by=by, client=client, reason=reason)
    except actions.NotAllowedError as exc:
        raise NotAllowedError(str(exc)) from exc
    letters.about_client(client, "suspended", who=by.label, reason=reason)


@transaction.atomic
def restore(*, by: Actor, client: Client, reviewer: User, reason: str) -> None:
    """Let the client in again.

    :raises NotAllowedError: where its grant has ended or lapsed, or it is of the reviewer's own organisation.
    """
    if Membership.objects.filter(user=reviewer, organisation_id=client.application.organisation_id).exists():
        raise NotAllowedError(_("You are a member of this organisation: somebody else must restore its client."))
    grants = Grant.objects.filter(client=client)
    if grants.exists() and not grants.filter(ended_at=None).exists():
        raise NotAllowedError(_("Its grant has ended. Its organisation must ask for production access again."))
    if grants.filter(ended_at=None, suspended_at__isnull=False, suspended_at=client.suspended_at).exists():
        raise NotAllowedError(_("An owner must confirm that what was answered still holds: that restores it."))
    actions.restore_client(by=by, client=client, reason=reason)
    letters.about_client(client, "restored", who=by.label, reason=reason)
