"""What happens to a grant as time passes: reminders, confirmation, suspension, the end. Each once."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from portal.applications import actions as applications
from portal.applications.models import Application, Client
from portal.approvals.grants import deadlines, letters
from portal.approvals.grants.deadlines import keep_deadlines
from portal.approvals.models import Grant
from portal.approvals.reviewing import Terms
from portal.audit.models import Decision
from portal.mail import sending
from tests.applications.pages import send, text_of, token_of
from tests.approvals.grants import accepted, address, grant_of, granted, opened, production_client
from tests.approvals.requests import BY_REVIEWER, approved, claimed, reviewer
from tests.cast import BY_TEST, Cast
from tests.mailbox import letters as all_letters

OWNER, DEVELOPER = "alice@example.org", "bob@example.org"


@pytest.fixture(autouse=True)
def _at_noon(noon: None) -> None:
    """Let no midnight pass during a test."""


def in_days(days: int) -> date:
    return timezone.now().date() + timedelta(days=days)


def aged(grant: Grant, **fields: Any) -> None:
    """Let the grant be two years old, and this be so."""
    long_ago = timezone.now() - timedelta(days=730)
    Grant.objects.filter(pk=grant.pk).update(granted_at=long_ago, **fields)


def subjects(to: str, words: str) -> list[str]:
    return [mail.subject for mail in all_letters(to) if words in mail.subject]


@pytest.mark.parametrize(
    ("left", "stage"),
    [(31, None), (30, 30), (15, 30), (14, 14), (7, 7), (2, 7), (1, 1), (0, 0), (-6, 0), (-7, -7), (-29, -28)],
)
def test_owners_are_asked_to_confirm_more_and_more_often(cast: Cast, left: int, stage: int | None) -> None:
    grant, _secret = opened(cast)
    aged(grant, attest_by=in_days(left), completed_at=timezone.now())
    for _ in range(2):
        keep_deadlines()
    assert grant_of(grant.request).reminded_days == stage
    told = subjects(OWNER, "confirm that what you answered" if left >= 0 else "loses production access on")
    assert len(told) == (stage is not None)
    assert not subjects(DEVELOPER, "confirm that")


def test_a_year_of_a_worker_that_never_sleeps_writes_each_mail_once(cast: Cast) -> None:
    grant, _secret = opened(cast)
    for left in range(40, -31, -1):
        aged(grant, attest_by=in_days(left), completed_at=timezone.now())
        keep_deadlines()
    assert len(subjects(OWNER, "confirm that what you answered")) == 5
    assert len(subjects(OWNER, "loses production access on")) == 4
    assert len(subjects(OWNER, "the production client is suspended")) == 1


def test_whoever_has_just_been_granted_access_is_asked_nothing(cast: Cast, settings: Settings) -> None:
    settings.REATTEST_DAYS = 20
    opened(cast)
    keep_deadlines()
    assert not subjects(OWNER, "confirm")


def test_after_the_grace_the_client_is_suspended_and_an_owner_brings_it_back(cast: Cast) -> None:
    grant, secret = opened(cast)
    aged(grant, attest_by=in_days(-30), completed_at=timezone.now())
    keep_deadlines()
    client = production_client(cast)
    assert client.suspended_by_operator
    assert client.suspended_reason == deadlines.LAPSED
    assert token_of(cast.nobody, client.client_id, secret).json()["error"] == "unauthorized_client"
    page = cast.alice.client.get(address(cast))
    assert "nobody has confirmed the answers in time" in text_of(page)
    form = cast.alice.client.get(address(cast, "attest/"))
    assert "The duty officer decides; OpesCare is told within 4 hours." in text_of(form)
    assert send(cast.alice.client, address(cast, "attest/"), holds="on")["Location"] == address(cast)
    after = grant_of(grant.request)
    assert after.client.suspended_at is None
    assert (after.attested_by, after.attest_by, after.reminded_days) == ("Alice", in_days(365), None)
    assert Decision.objects.filter(verb="approvals.attest").count() == 1
    assert subjects(OWNER, "what you answered still holds")
    keep_deadlines()
    assert production_client(cast).suspended_at is None


def test_only_an_owner_confirms_and_only_when_it_is_time(cast: Cast) -> None:
    grant, _secret = opened(cast)
    assert send_attest(cast)["Location"] == address(cast)
    assert grant_of(grant.request).attested_at is None
    aged(grant, attest_by=in_days(10))
    assert cast.bob.client.post(address(cast, "attest/"), {"holds": "on"}).status_code == 403
    assert "This field is required" in text_of(cast.alice.client.post(address(cast, "attest/")))
    assert grant_of(grant.request).attested_at is None


def send_attest(cast: Cast) -> Any:
    return cast.alice.client.post(address(cast, "attest/"), {"holds": "on"})


def test_a_newer_agreement_is_accepted_before_anything_is_confirmed(cast: Cast, settings: Settings) -> None:
    grant, _secret = opened(cast)
    aged(grant, attest_by=in_days(10))
    settings.AGREEMENT_VERSION = "2027-01"
    assert "must accept the data agreement first" in text_of(send_attest(cast))
    send(cast.alice.client, address(cast, "agreement/"), accept="on")
    assert send_attest(cast).status_code == 302


@pytest.mark.parametrize("who", ["operator", "member"])
def test_what_was_suspended_for_another_reason_stays_so(cast: Cast, who: str) -> None:
    grant, _secret = opened(cast)
    by = BY_REVIEWER if who == "operator" else cast_actor(cast)
    applications.suspend_client(by=by, client=grant.client, reason="A leak.")
    aged(grant, attest_by=in_days(-30))
    for _ in range(2):
        keep_deadlines()
    assert send_attest(cast).status_code == 302
    assert production_client(cast).suspended_at is not None


def cast_actor(cast: Cast) -> Any:
    return type(BY_TEST)("user", "Alice", str(cast.alice.user.pk))


def test_the_end_is_told_four_times_and_then_it_comes(cast: Cast) -> None:
    grant, secret = opened(cast, Terms(facilities=["NG-LOS-H1"], ends_on=in_days(300)))
    for left in range(40, 0, -1):
        aged(grant, ends_on=in_days(left), completed_at=timezone.now())
        keep_deadlines()
    assert len(subjects(DEVELOPER, "production access ends on")) == 4
    aged(grant, ends_on=in_days(0))
    for _ in range(2):
        keep_deadlines()
    after = grant_of(grant.request)
    assert (after.ended_because, after.request.state) == ("expired", "expired")
    assert after.client.suspended_reason == deadlines.OVER
    assert token_of(cast.nobody, after.client.client_id, secret).json()["error"] == "unauthorized_client"
    assert len(subjects(DEVELOPER, "production access has ended")) == 1
    assert Decision.objects.filter(verb="approvals.expire").count() == 1
    assert "The time of this grant is over" in text_of(cast.vera.client.get(address(cast)))


def test_no_operator_brings_back_by_mistake_what_has_ended(cast: Cast) -> None:
    grant, secret = opened(cast, Terms(facilities=["NG-LOS-H1"], ends_on=in_days(300)))
    applications.suspend_client(by=BY_REVIEWER, client=grant.client, reason="A leak.")
    aged(grant, ends_on=in_days(0), completed_at=timezone.now())
    keep_deadlines()
    applications.restore_client(by=BY_TEST, client=grant.client, reason="It was revoked.")
    keep_deadlines()
    assert production_client(cast).suspended_reason == deadlines.OVER
    renewed = grant_of(approved(cast, reviewer("Saul"), Terms(facilities=["NG-LOS-H1"])))
    keep_deadlines()
    assert token_of(cast.nobody, renewed.client.client_id, secret).status_code == 200


def test_no_operator_brings_back_by_mistake_what_nobody_confirmed(cast: Cast) -> None:
    grant, _secret = opened(cast)
    aged(grant, attest_by=in_days(-30))
    keep_deadlines()
    applications.restore_client(by=BY_TEST, client=grant.client, reason="They called.")
    keep_deadlines()
    assert production_client(cast).suspended_reason == deadlines.LAPSED
    assert send_attest(cast).status_code == 302
    keep_deadlines()
    assert production_client(cast).suspended_at is None


def test_members_cannot_bring_back_what_has_ended_but_a_new_grant_does(cast: Cast) -> None:
    grant, secret = opened(cast, Terms(facilities=["NG-LOS-H1"], ends_on=in_days(300)))
    applications.suspend_client(by=cast_actor(cast), client=grant.client, reason="Holidays.")
    applications.restore_client(by=cast_actor(cast), client=grant.client)
    aged(grant, ends_on=in_days(0), completed_at=timezone.now())
    keep_deadlines()
    with pytest.raises(applications.NotAllowedError):
        applications.restore_client(by=cast_actor(cast), client=production_client(cast))
    renewed = grant_of(approved(cast, reviewer("Saul"), Terms(facilities=["NG-LOS-H1"])))
    assert (renewed.opened_by, renewed.client.suspended_at) == ("Bob", None)
    assert token_of(cast.nobody, renewed.client.client_id, secret).status_code == 200


def test_a_new_approval_replaces_the_grant_and_the_credentials_go_on(cast: Cast) -> None:
    grant, secret = opened(cast)
    renewed = grant_of(approved(cast, reviewer("Saul"), Terms(facilities=["NG-LOS-C9"]), **{"lab:push": "Results."}))
    old = grant_of(grant.request)
    assert (old.ended_because, renewed.client, renewed.opened_by) == ("replaced", old.client, "Bob")
    token = token_of(cast.nobody, renewed.client.client_id, secret)
    assert token.json()["scope"] == "lab:push"
    assert Client.objects.get(pk=renewed.client_id).facilities == ["NG-LOS-C9"]


@pytest.mark.parametrize(("days", "mails"), [(6, 0), (7, 1), (29, 1), (30, 2), (40, 2)])
def test_what_nobody_puts_to_use_is_told_twice(cast: Cast, days: int, mails: int) -> None:
    grant = granted(cast)
    for age in range(days + 1):
        Grant.objects.filter(pk=grant.pk).update(granted_at=timezone.now() - timedelta(days=age))
        keep_deadlines()
    assert len(subjects(DEVELOPER, "production access waits for you")) == mails


def test_a_grant_without_a_good_probe_is_told_too(cast: Cast) -> None:
    grant, _secret = opened(cast)
    Grant.objects.filter(pk=grant.pk).update(granted_at=timezone.now() - timedelta(days=8))
    keep_deadlines()
    assert len(subjects(DEVELOPER, "production access is not complete")) == 1


def test_a_grant_ends_with_its_app_once_that_cannot_come_back(cast: Cast) -> None:
    grant = accepted(cast)
    applications.close_application(by=BY_TEST, application=cast.application)
    keep_deadlines()
    assert grant_of(grant.request).ended_at is None
    Application.objects.update(closed_at=timezone.now() - timedelta(days=30))
    keep_deadlines()
    assert grant_of(grant.request).ended_because == "closed"


@pytest.mark.parametrize("event", ["attest", "ends", "lapsed", "ended"])
def test_a_worker_that_is_killed_while_it_writes_writes_it_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    grant, _secret = opened(cast)
    fields: dict[str, dict[str, Any]] = {
        "attest": {"attest_by": in_days(7)},
        "lapsed": {"attest_by": in_days(-30)},
        "ends": {"ends_on": in_days(7)},
        "ended": {"ends_on": in_days(0)},
    }
    aged(grant, completed_at=timezone.now(), **fields[event])
    written = sending.send
    with monkeypatch.context() as patch:
        patch.setattr(letters, "send", lambda **given: (written(**given), (_ for _ in ()).throw(KeyboardInterrupt)))
        with pytest.raises(KeyboardInterrupt):
            keep_deadlines()
    before = len(all_letters(OWNER))
    untouched = grant_of(grant.request)
    assert (untouched.reminded_days, untouched.end_reminded_days, untouched.ended_at) == (None, None, None)
    assert untouched.client.suspended_at is None
    for _ in range(2):
        keep_deadlines()
    assert len(all_letters(OWNER)) == before + 1


def test_a_grant_that_fails_holds_up_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    grant, _secret = opened(cast)
    aged(grant, completed_at=timezone.now(), attest_by=in_days(7), ends_on=in_days(7))

    def broken(_grant: Grant, _today: date) -> bool:
        raise RuntimeError("this one cannot be ended")

    monkeypatch.setattr(deadlines, "_end", broken)
    before = len(all_letters(OWNER))
    with pytest.raises(RuntimeError, match="cannot be ended"):
        keep_deadlines()
    assert len(all_letters(OWNER)) == before + 1


def test_a_request_that_nobody_answers_expires_after_two_reminders(cast: Cast, settings: Settings) -> None:
    from portal.approvals import reviewing
    from portal.approvals.models import AccessRequest
    from portal.approvals.unanswered import expire_unanswered

    rita = reviewer()
    request = claimed(cast, rita)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=request, reviewer=rita.user, message="Name the host.")
    for days in range(settings.ANSWER_DAYS + 2):
        AccessRequest.objects.filter(pk=request.pk, state="changes_requested").update(
            state_since=timezone.now() - timedelta(days=days)
        )
        expire_unanswered()
    request.refresh_from_db()
    assert request.state == "expired"
    assert len(subjects(DEVELOPER, "is about to expire")) == 2
    assert len(subjects(DEVELOPER, "has expired")) == 1
    assert len(subjects("rita@example.org", "did not answer in time")) == 1
    assert Decision.objects.filter(verb="approvals.expire").count() == 1
