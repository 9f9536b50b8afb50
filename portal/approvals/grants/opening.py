"""The first secret of a production client: made when a member of the organisation opens the grant, shown once."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.applications.actions import NotAllowedError as NoSecretError
from portal.applications.actions import add_secret
from portal.applications.models import Client
from portal.approvals.grants import letters
from portal.approvals.grants.agreement import accepted
from portal.approvals.grants.probing import start_probe
from portal.approvals.grants.standing import lock_grant, require_standing
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
    """Make the secret and return it: the only time that it can be read. Owners are told, and a probe begins.

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
    secret = _add(
        by, locked.client, label=label, expires_at=expires_at, form_id=form_id, published_secret=published_secret
    )
    locked.opened_at, locked.opened_by = timezone.now(), by.label
    locked.save(update_fields=["opened_at", "opened_by"])
    record(by, "open_grant", locked.request, after={"client": locked.client.client_id})
    letters.to_owners(locked, "opened", who=by.label)
    start_probe(by=by, grant=locked, secret=secret)
    return secret


@transaction.atomic
def probe_with_new_secret(
    *, by: Actor, grant: Grant, label: str, expires_at: datetime | None, form_id: uuid.UUID
) -> str:
    """Add a secret to a grant that is open, begin a probe with it, and return it: the only time that it can be read.

    :raises NotAllowedError: where no probe can begin, or the client has as many secrets as it may have.
    :raises IntegrityError: where the form of this id has made one already; then nothing changes.
    """
    locked = lock_grant(grant)
    require_standing(locked)
    secret = _add(by, locked.client, label=label, expires_at=expires_at, form_id=form_id)
    start_probe(by=by, grant=locked, secret=secret)
    return secret


def _add(by: Actor, client: Client, **fields: Any) -> str:
    try:
        return add_secret(by=by, client=client, **fields)
    except NoSecretError as exc:
        raise NotAllowedError(str(exc)) from exc
