"""Once a year an owner says that what was answered still holds."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.applications.actions import restore_client
from portal.approvals.grants import letters
from portal.approvals.grants.agreement import accepted
from portal.approvals.grants.standing import lock_grant
from portal.approvals.models import Grant
from portal.approvals.moving import NotAllowedError, record
from portal.audit.actions import Actor

AHEAD = timedelta(days=30)
"""So long before its day it can be done."""
BY = Actor.system("attestation")


def can_attest(grant: Grant) -> bool:
    """Say whether it is time."""
    return grant.ended_at is None and grant.attest_by is not None and grant.attest_by - AHEAD <= timezone.now().date()


@transaction.atomic
def attest(*, by: Actor, grant: Grant) -> None:
    """Say that the answers still hold. A client that was suspended for want of this alone is restored.

    :raises NotAllowedError: where it is not time, the grant has ended, or the data agreement is not accepted.
    """
    locked = lock_grant(grant)
    if not can_attest(locked):
        raise NotAllowedError(_("There is nothing to confirm now. Look at the grant again."))
    if accepted(locked.request.application.organisation) is None:
        raise NotAllowedError(_("An owner of your organisation must accept the data agreement first."))
    if locked.suspended_at is not None and locked.client.suspended_at == locked.suspended_at:
        restore_client(by=BY, client=locked.client, reason="confirmed that what was answered still holds")
    now = timezone.now()
    locked.attested_at, locked.attested_by, locked.suspended_at, locked.reminded_days = now, by.label, None, None
    locked.attest_by = now.date() + timedelta(days=settings.REATTEST_DAYS)
    locked.save(update_fields=["attested_at", "attested_by", "suspended_at", "reminded_days", "attest_by"])
    record(by, "attest", locked.request, after={"until": locked.attest_by.isoformat()})
    letters.to_owners(locked, "attested", who=by.label)
