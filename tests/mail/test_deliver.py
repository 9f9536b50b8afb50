"""How a mail is tried, put off, given up, and seen by operators."""

import io
import logging
import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.mail import delivery
from portal.mail.delivery import MAXIMUM_ATTEMPTS, deliver_due, take
from portal.mail.models import OutgoingMail
from portal.mail.tasks import forget
from tests.mail.test_send import ANA, example

pytestmark = pytest.mark.django_db
REFUSED = smtplib.SMTPRecipientsRefused({ANA: (550, b"no such user ana@example.org")})
BUSY = smtplib.SMTPRecipientsRefused({ANA: (450, b"ana@example.org: try later")})


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Return a list whose errors the server gives, one a mail."""
    waiting: list[Exception] = []
    deliver = EmailBackend.send_messages

    def send(self: EmailBackend, messages: Sequence[EmailMessage]) -> int:
        if waiting:
            raise waiting.pop(0)
        return deliver(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    return waiting


def due_in(mail: OutgoingMail) -> float:
    return (mail.due_at - timezone.now()).total_seconds()


def make_due() -> None:
    OutgoingMail.objects.update(due_at=timezone.now())


@pytest.mark.parametrize(
    "error",
    [
        BUSY,
        ConnectionRefusedError("mail.example.org"),
        TimeoutError(),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPAuthenticationError(535, b"bad password"),
        smtplib.SMTPSenderRefused(550, b"who are you", "no-reply@example.org"),
        smtplib.SMTPDataError(451, b"greylisted"),
        RuntimeError("a fault of ours"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_pass_is_tried_again(answers: list[Exception], error: Exception) -> None:
    example()
    answers.append(error)
    assert deliver_due() == 0
    waiting = OutgoingMail.objects.get()
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    assert waiting.reason.startswith(type(error).__name__)
    assert 10 < due_in(waiting) < 20
    make_due()
    assert deliver_due() == 1


@pytest.mark.parametrize(
    "error", [REFUSED, smtplib.SMTPDataError(554, b"spam"), UnicodeEncodeError("ascii", "é", 0, 1, "")]
)
def test_what_can_never_be_delivered_is_given_up_at_once(answers: list[Exception], error: Exception) -> None:
    example()
    answers.append(error)
    deliver_due()
    failed = OutgoingMail.objects.get()
    assert failed.state == "failed"
    assert failed.sealed
    assert failed.settled_at


def test_delays_grow_and_last_two_days(answers: list[Exception]) -> None:
    example()
    waits = []
    for _ in range(MAXIMUM_ATTEMPTS):
        answers.append(BUSY)
        make_due()
        deliver_due()
        waits.append(due_in(OutgoingMail.objects.get()))
    assert OutgoingMail.objects.get().state == "failed"
    assert waits[0] < waits[2] < waits[4] < waits[8]
    assert timedelta(days=1.2) < timedelta(seconds=sum(waits[:-1])) < timedelta(days=2.2)


def test_the_message_is_the_same_at_every_attempt(answers: list[Exception]) -> None:
    example()
    before = delivery.message(OutgoingMail.objects.get()).message()
    answers.append(BUSY)
    deliver_due()
    make_due()
    deliver_due()
    sent = django_mail.outbox[0].message()
    for header in ("Message-ID", "Date"):
        assert sent[header] == before[header]


def test_logs_and_rows_name_nobody(answers: list[Exception], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for error in (BUSY, REFUSED, ValueError(ANA)):
        example("Ana Mbarga")
        answers.append(error)
        deliver_due()
    call_command("mail", stdout=(shown := io.StringIO()))
    assert len(caplog.records) == 3
    for text in (caplog.text, shown.getvalue(), str(list(OutgoingMail.objects.values()))):
        assert "ana@" not in text
        assert "Ana Mbarga" not in text


def test_a_taken_mail_is_nobody_elses_until_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    example()
    assert take()
    assert take() is None
    late: datetime = timezone.now() + delivery.LEASE
    monkeypatch.setattr(timezone, "now", lambda: late)
    again = take()
    assert again
    assert again.attempts == 2


def test_a_slow_worker_does_not_undo_what_another_has_done(answers: list[Exception]) -> None:
    example()
    slow = take()
    assert slow
    make_due()
    assert deliver_due() == 1
    answers.append(BUSY)
    delivery.deliver(slow, django_mail.get_connection())
    assert OutgoingMail.objects.get().state == "sent"


def test_one_mail_that_cannot_be_read_does_not_hold_up_the_others() -> None:
    example()
    OutgoingMail.objects.update(sealed="gAAAAA-damaged")
    example()
    assert deliver_due() == 1
    assert OutgoingMail.objects.get(state="waiting").reason == "SealedForeverError"


def test_operators_can_try_a_failed_mail_again(answers: list[Exception]) -> None:
    example()
    answers.append(REFUSED)
    deliver_due()
    failed = OutgoingMail.objects.get()
    call_command("mail", stdout=(shown := io.StringIO()))
    assert shown.getvalue().startswith("0 waiting, 0 sent, 1 failed, 0 expired\n")
    assert f"{failed.pk}  failed  tests/example" in shown.getvalue()
    assert "SMTPRecipientsRefused 550" in shown.getvalue()
    with pytest.raises(CommandError, match="1 have failed"):
        call_command("mail", "--check", stdout=io.StringIO())
    call_command("mail", "--retry", str(failed.pk), stdout=io.StringIO())
    assert deliver_due() == 1
    call_command("mail", "--check", stdout=io.StringIO())
    with pytest.raises(CommandError, match="no failed or waiting mail"):
        call_command("mail", "--retry", str(failed.pk), stdout=io.StringIO())


def test_a_late_mail_alarms() -> None:
    example()
    OutgoingMail.objects.update(queued_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(CommandError, match="1 mails wait"):
        call_command("mail", "--check", stdout=io.StringIO())


def test_what_failed_mails_said_is_forgotten(answers: list[Exception]) -> None:
    example()
    answers.append(REFUSED)
    deliver_due()
    assert forget() == 0
    assert OutgoingMail.objects.get().sealed
    OutgoingMail.objects.update(settled_at=timezone.now() - timedelta(days=15))
    assert forget() == 0
    assert OutgoingMail.objects.get().sealed == ""
    OutgoingMail.objects.update(settled_at=timezone.now() - timedelta(days=91))
    assert forget() == 1
