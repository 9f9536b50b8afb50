"""Delivering what is due, at least once.

A worker takes a mail by putting off its `due_at`: one conditional update, so two workers never take the same one, and
if the worker is killed the mail is due again after `LEASE`. A mail that was sent just before the kill is sent twice,
with the same Message-ID.
"""

import logging
import random
import smtplib
from datetime import timedelta
from email.utils import format_datetime
from threading import Event
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, QuerySet
from django.utils import timezone

from portal.mail.models import EXPIRED, FAILED, SENT, WAITING, OutgoingMail
from portal.mail.sending import Content

LEASE = timedelta(minutes=3)
"""How long one attempt may take. Longer than all time limits of one SMTP dialogue together."""
FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(hours=4)
MAXIMUM_ATTEMPTS = 20
"""With these delays the last attempt is about two days after the first."""

logger = logging.getLogger(__name__)


def deliver_due(stopping: Event | None = None) -> int:
    """Try every mail that is due, the oldest first, and return how many were sent.

    :param stopping: where it is set, no further mail is begun.
    """
    connection = get_connection()
    sent = 0
    try:
        while not (stopping and stopping.is_set()) and (mail := take()):
            sent += deliver(mail, connection)
    finally:
        connection.close()
    return sent


def take() -> OutgoingMail | None:
    """Return a mail that is ours for `LEASE`, or nothing where none is due."""
    while True:
        now = timezone.now()
        due = OutgoingMail.objects.filter(state=WAITING, due_at__lte=now)
        mail = due.order_by("due_at", "id").first()
        if mail is None:
            return None
        if due.filter(pk=mail.pk).update(due_at=now + LEASE, attempts=F("attempts") + 1):
            mail.refresh_from_db()
            return mail


def deliver(mail: OutgoingMail, connection: BaseEmailBackend) -> bool:
    """Try once, and note how it went."""
    if mail.expires_at and mail.expires_at <= timezone.now():
        _settle(mail, EXPIRED, "it was no longer valid", erase=True)
        return False
    try:
        connection.open()  # and it stays open for the mails behind this one
        connection.send_messages([message(mail)])
    except Exception as exc:  # noqa: BLE001 - whatever a mail does to us, the others go out
        connection.close()
        _put_off_or_fail(mail, exc)
        return False
    _settle(mail, SENT, "", erase=True)
    return True


def retry(pk: int) -> bool:
    """Make a failed or waiting mail due now, with all attempts before it, and say whether there was one."""
    known = OutgoingMail.objects.filter(pk=pk, state__in=[FAILED, WAITING]).exclude(sealed="")
    return bool(known.update(state=WAITING, settled_at=None, due_at=timezone.now(), attempts=0))


def message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """Return the mail as it goes out: the same Message-ID and Date at every attempt."""
    content = Content.of(mail)
    built = EmailMultiAlternatives(
        content.subject,
        content.text,
        to=[content.to],
        reply_to=[content.reply_to] if content.reply_to else None,
        headers={
            "Message-ID": f"<{mail.message_id}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "Date": format_datetime(mail.queued_at),
            "Content-Language": content.language,
            "Auto-Submitted": "auto-generated",  # RFC 3834: no answers from holiday notices
        },
    )
    built.attach_alternative(content.html, "text/html")
    return built


def delay(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: doubling, with a quarter of chance so that mails spread out."""
    full = min(FIRST_DELAY.total_seconds() * 2 ** (attempts - 1), LONGEST_DELAY.total_seconds())
    return timedelta(seconds=full * random.uniform(0.75, 1.25))  # noqa: S311 - nothing secret


def refusal(exc: Exception) -> tuple[bool, str]:
    """Say whether trying again is of no use, and why it failed. What a server wrote may name the address."""
    codes = [code for code, _ in exc.recipients.values()] if isinstance(exc, smtplib.SMTPRecipientsRefused) else []
    if isinstance(exc, smtplib.SMTPResponseException):
        codes = [exc.smtp_code]
    about_this_mail = isinstance(exc, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, ValueError))
    final = about_this_mail and all(500 <= code < 600 for code in codes)
    return final, " ".join([type(exc).__name__, *map(str, codes)])


def _put_off_or_fail(mail: OutgoingMail, exc: Exception) -> None:
    final, reason = refusal(exc)
    if final or mail.attempts >= MAXIMUM_ATTEMPTS:
        logger.error("mail %s (%s) is given up: %s", mail.pk, mail.template, reason)
        _settle(mail, FAILED, reason, erase=False)
        return
    wait = delay(mail.attempts)
    logger.warning("mail %s (%s) waits %d s: %s", mail.pk, mail.template, wait.total_seconds(), reason)
    _ours(mail).update(due_at=timezone.now() + wait, reason=reason)


def _settle(mail: OutgoingMail, state: str, reason: str, *, erase: bool) -> None:
    sealed = {"sealed": ""} if erase else {}
    _ours(mail).update(state=state, settled_at=timezone.now(), reason=reason, **sealed)


def _ours(mail: OutgoingMail) -> QuerySet[OutgoingMail]:
    """Where our time ran out and another worker has taken the mail, its word counts; but sent is sent."""
    return OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts, state=WAITING)
