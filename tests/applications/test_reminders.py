"""Mails about secrets that end soon, and about secrets that can go: once each, to those who can act, in their words."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from portal.applications import actions, tasks
from portal.applications.models import ClientSecret
from portal.applications.tasks import remind_of_expiry, tell_of_quiet
from portal.audit.models import ApiCall
from portal.mail.models import OutgoingMail
from portal.mail.sending import send
from tests import mailbox
from tests.cast import BY_TEST, Cast

DAY = timedelta(days=1)
START = datetime(2031, 3, 1, 12, tzinfo=timezone.get_default_timezone())


class Clock:
    """The time, which the test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Clock:
    ClientSecret.objects.update(created_at=START)
    made = Clock()
    monkeypatch.setattr(timezone, "now", made)
    return made


def ends(cast: Cast, at: datetime | None) -> None:
    ClientSecret.objects.filter(pk=cast.client_secret.pk).update(expires_at=at)


def use(cast: Cast, at: datetime) -> None:
    ApiCall.objects.create(
        at=at, request_id="1", method="GET", outcome="allowed", status=200, duration_us=1, address="192.0.2.7",
        client_id=cast.sandbox_client.client_id, credential=f"secret:{cast.client_secret.pk}",
    )  # fmt: skip


def test_thirty_seven_and_one_day_before(cast: Cast, clock: Clock) -> None:
    ends(cast, START + 90 * DAY)
    subjects: list[tuple[int, str]] = []
    for hour in range(91 * 24):
        clock.now = START + timedelta(hours=hour)
        remind_of_expiry()
        if hour % 24 == 0:
            subjects += [(hour // 24, mail.subject) for mail in mailbox.letters(cast.alice.user.email)[len(subjects) :]]
    assert subjects == [
        (60, "A secret of St. Raphael HIS ends in 30 days"),
        (83, "A secret of St. Raphael HIS ends in 7 days"),
        (89, "A secret of St. Raphael HIS ends within 1 day"),
    ]


def test_owners_and_developers_in_their_language(cast: Cast, clock: Clock) -> None:
    cast.bob.user.language = "fr"
    cast.bob.user.save()
    ends(cast, START + 90 * DAY)
    clock.now = START + 61 * DAY
    use(cast, clock.now)
    assert remind_of_expiry() == 1
    assert {letter.to for letter in mailbox.letters()} == {"alice@example.org", "bob@example.org"}
    english, french = mailbox.latest("alice@example.org"), mailbox.latest("bob@example.org")
    secret = cast.client_secret
    link = f"/applications/{cast.application.public_id}/secrets/{secret.pk}/rotate/"
    for part in (english.text, english.html):
        assert link in part
        assert f"…{secret.last_four}" in part
        assert "1 May 2031, 12:00 UTC" in part
        assert "30 May 2031, 12:00 UTC" in part
    assert "ends in 29 days" in english.subject
    assert french.headers["Content-Language"] == "fr"
    assert "30 mai 2031, 12:00 UTC" in french.text
    assert f"/fr{link}" in french.text


@pytest.mark.parametrize(("lifetime", "expected"), [(7, [1]), (30, [7, 1]), (1, [])])
def test_nobody_is_told_what_they_have_just_decided(
    cast: Cast, clock: Clock, lifetime: int, expected: list[int]
) -> None:
    ends(cast, START + lifetime * DAY)
    told = []
    for hour in range(lifetime * 24):
        clock.now = START + timedelta(hours=hour)
        if remind_of_expiry():
            told.append(cast.client_secret.reminded_days)
    assert told == expected


def test_a_worker_that_was_away_writes_once(cast: Cast, clock: Clock) -> None:
    ends(cast, START + 90 * DAY)
    clock.now = START + 89.5 * DAY
    assert [remind_of_expiry(), remind_of_expiry()] == [1, 0]
    clock.now = START + 90 * DAY
    assert remind_of_expiry() == 0


def test_no_mail_about_what_does_not_matter(cast: Cast, clock: Clock) -> None:
    clock.now = START + 80 * DAY
    assert remind_of_expiry() == 0  # it never ends
    ends(cast, START + 90 * DAY)
    actions.close_application(by=BY_TEST, application=cast.application)
    assert remind_of_expiry() == 0
    actions.reopen_application(by=BY_TEST, application=cast.application)
    actions.revoke_secret(by=BY_TEST, secret=cast.client_secret)
    assert remind_of_expiry() == 0


@pytest.mark.parametrize("used", [True, False])
def test_a_replaced_secret_ends_in_silence_unless_it_is_used(cast: Cast, clock: Clock, *, used: bool) -> None:
    clock.now = START + 50 * DAY
    rotate_at = clock.now
    old = cast.client_secret
    actions.rotate_secret(by=BY_TEST, secret=old, overlap=7 * DAY)
    ClientSecret.objects.filter(replaces=old).update(created_at=rotate_at)
    assert remind_of_expiry() == 0
    clock.now = rotate_at + 6.5 * DAY
    if used:
        use(cast, clock.now)
    assert remind_of_expiry() == used


def test_killed_between_note_and_mail(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    ends(cast, START + 90 * DAY)
    clock.now = START + 61 * DAY
    sent: list[object] = []

    def killed_at_the_second(**mail: object) -> None:
        if sent:
            raise KeyboardInterrupt
        sent.append(mail)
        send(**mail)  # type: ignore[arg-type]

    monkeypatch.setattr(tasks, "send", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        remind_of_expiry()
    assert OutgoingMail.objects.count() == 0
    assert cast.client_secret.reminded_days is None
    monkeypatch.setattr(tasks, "send", send)
    assert remind_of_expiry() == 1
    assert len(mailbox.letters()) == 2


def test_a_mail_that_comes_too_late_is_dropped(cast: Cast, clock: Clock) -> None:
    ends(cast, START + 90 * DAY)
    clock.now = START + 89.5 * DAY
    remind_of_expiry()
    clock.now = START + 91 * DAY
    assert mailbox.letters() == []


def test_quiet_for_a_day(cast: Cast, clock: Clock) -> None:
    old = cast.client_secret
    use(cast, START)
    actions.rotate_secret(by=BY_TEST, secret=old, overlap=None)
    ClientSecret.objects.filter(replaces=old).update(created_at=START)
    use(cast, START + timedelta(hours=10))
    told = []
    for hour in range(72):
        clock.now = START + timedelta(hours=hour)
        if tell_of_quiet():
            told.append(hour)
    assert told == [34]
    assert len(mailbox.letters()) == 2
    letter = mailbox.latest("alice@example.org")
    assert letter.subject == "The old secret of St. Raphael HIS can be revoked"
    for part in (letter.text, letter.html):
        assert f"/secrets/{old.pk}/revoke/" in part
        assert "1 March 2031, 22:00 UTC" in part


def test_quiet_only_where_somebody_must_act(cast: Cast, clock: Clock) -> None:
    old = cast.client_secret
    actions.rotate_secret(by=BY_TEST, secret=old, overlap=2 * DAY)
    ClientSecret.objects.filter(replaces=old).update(created_at=START)
    clock.now = START + 1.5 * DAY
    assert tell_of_quiet() == 0  # it ends today by itself
    ends(cast, None)
    actions.suspend_client(by=BY_TEST, client=cast.sandbox_client, reason="test")
    assert tell_of_quiet() == 0  # no call of it is let in anyway
    actions.restore_client(by=BY_TEST, client=cast.sandbox_client)
    actions.revoke_secret(by=BY_TEST, secret=old)
    assert tell_of_quiet() == 0
