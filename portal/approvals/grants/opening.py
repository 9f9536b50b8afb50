"""The first secret of a production client: made when a member of the organisation opens the grant, shown once."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.applications.actions import NotAllowedError as NoSecretError
from portal.applications.actions import add_secret
from portal.approvals.grants import letters
from portal.approvals.grants.agreement import accepted
from portal.approvals.grants.standing import lock_grant
from portal.approvals.models import Grant
from portal.approvals.moving import NotAllowedError, record
from portal.audit.actions import Actor


@transaction.atomic
def open_grant(
    *,
    by: Actor,
    grant: Grant,
    label: str = "",
    expires_at: datetime | None = None,
    form_id: uuid.UUID | None = None,
    published_secret: str | None = None,
) -> str:
    """Make the secret and return it: the only time that it can be read. The owners are told that it was made.

    `published_secret` is for the demo, whose credentials the documentation prints.

    :raises NotAllowedError: where it was opened before, has ended, or nobody has accepted the data agreement.
    :raises IntegrityError: where the form of this id has made one already; then nothing changes.
    """
    locked = lock_grant(grant)
    require_standing(locked)
    if locked.opened_at is not None:
        raise NotAllowedError(
            _("%(name)s has opened it already. Add secrets on the credentials page.") % {"name": locked.opened_by}
        )
    if accepted(locked.request.application.organisation) is None:
        raise NotAllowedError(_("An owner of your organisation must accept the data agreement first."))
    try:
        secret = add_secret(
            by=by,
            client=locked.client,
            label=label,
            expires_at=expires_at,
            form_id=form_id,
            published_secret=published_secret,
        )
    except NoSecretError as exc:
        raise NotAllowedError(str(exc)) from exc
    locked.opened_at, locked.opened_by = timezone.now(), by.label
    locked.save(update_fields=["opened_at", "opened_by"])
    record(by, "open_grant", locked.request, after={"client": locked.client.client_id})
    letters.to_owners(locked, "opened", who=by.label)
    return secret


def require_standing(grant: Grant) -> None:
    """Stop where the grant is over.

    :raises NotAllowedError: with what to do instead.
    """
    if grant.ended_at is not None:
        raise NotAllowedError(_("This grant has ended. Ask for production access again."))
    if grant.request.application.closed_at is not None:
        raise NotAllowedError(_("This app is closed. Reopen it first."))
    if grant.client.suspended_at is not None:
        raise NotAllowedError(_("This client is suspended. It must be restored first."))
