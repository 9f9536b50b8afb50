"""What the room does in the background: mails about secrets that end soon, and about secrets that can go.

Each mail is noted on the secret in the transaction that queues it: whatever is killed, nobody is told twice, and nobody
is forgotten.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.accounts.policies import May, memberships_that_allow
from portal.applications.models import ClientSecret
from portal.applications.rotation import QUIET, Use, credential_of, last_uses, replaced_secrets
from portal.mail.sending import send

REMINDED = (30, 7, 1)
"""So many days before a secret's end its developers are told."""
DAY = timedelta(days=1)


def remind_of_expiry() -> int:
    """Tell owners and developers of secrets that end soon, and return of how many."""
    now = timezone.now()
    ending = ClientSecret.objects.filter(
        revoked_at=None,
        expires_at__gt=now,
        expires_at__lte=now + REMINDED[0] * DAY,
        client__application__closed_at=None,
    )
    told = 0
    for secret in ending.select_related("client__application", "replaced_by").order_by("expires_at"):
        days = due_reminder(secret, now)
        if days is not None and (secret.reminded_days is None or secret.reminded_days > days):
            told += _remind(secret, days, now)
    return told


def due_reminder(secret: ClientSecret, now: datetime) -> int | None:
    """Return for which of the days before its end a mail is due, if for any.

    Nobody is told what they have just decided: a secret that was made for a week is announced one day before its end.
    """
    if secret.expires_at is None:
        return None
    since = secret.replaced_by.created_at if secret.replaced_by else secret.created_at
    due = [days for days in REMINDED if secret.expires_at - now <= days * DAY < secret.expires_at - since]
    return min(due, default=None)


def tell_of_quiet() -> int:
    """Tell that a replaced secret can be revoked, once nobody has used it for 24 hours; return of how many."""
    now = timezone.now()
    waiting = replaced_secrets().filter(
        Q(expires_at=None) | Q(expires_at__gt=now + DAY),
        quiet_told_at=None,
        replaced_by__created_at__lte=now - QUIET,
        client__suspended_at=None,
        client__application__closed_at=None,
    )
    told = 0
    for secret in waiting.select_related("client__application", "replaced_by"):
        last = _last_use(secret)
        if last is None or not last.is_recent:
            told += _tell(secret, last, now)
    return told


@transaction.atomic
def _remind(secret: ClientSecret, days: int, now: datetime) -> bool:
    last = _last_use(secret)
    if secret.replaced_by and not (last and last.is_recent):
        return False  # it was replaced and is not used: its end is what everybody wants
    same = ClientSecret.objects.filter(pk=secret.pk, revoked_at=None, expires_at=secret.expires_at)
    if not same.filter(Q(reminded_days=None) | Q(reminded_days__gt=days)).update(reminded_days=days):
        return False
    left = (secret.expires_at or now) - now
    said = {"days": math.ceil(left / DAY), "last": last}
    _write("applications/secret_expires", secret, said, valid_for=left)
    return True


@transaction.atomic
def _tell(secret: ClientSecret, last: Use | None, now: datetime) -> bool:
    if not ClientSecret.objects.filter(pk=secret.pk, revoked_at=None, quiet_told_at=None).update(quiet_told_at=now):
        return False
    _write("applications/secret_quiet", secret, {"last": last})
    return True


def _last_use(secret: ClientSecret) -> Use | None:
    credential = credential_of(secret)
    return last_uses(secret.client, [credential]).get(credential)


def _write(template: str, secret: ClientSecret, said: Mapping[str, Any], valid_for: timedelta | None = None) -> None:
    """Queue the mail for every owner and developer, in their language."""
    application = secret.client.application
    members = memberships_that_allow(May.BUILD).filter(organisation_id=application.organisation_id)
    for member in members.select_related("user").order_by("pk"):
        send(
            to=member.user.email,
            template=template,
            context={"secret": secret, "client": secret.client, "application": application, **said},
            language=member.user.language,
            valid_for=valid_for,
        )
