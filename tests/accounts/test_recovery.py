"""A lost second step, and an organisation whose owners are gone: the way back that a member of the staff walks."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from portal.accounts import actions as accounts
from portal.accounts import recovery_actions as actions
from portal.accounts.models import Membership, RecoveryRequest, Role
from portal.audit.models import Decision
from tests import mailbox
from tests.accounts.journeys import is_signed_in, new_browser, sign_in
from tests.accounts.test_second_step import add_app
from tests.cast import BY_TEST, Cast, Person
from tests.cast import sign_in as signed_in

ASK = reverse("recovery-second-step")
STATEMENT = "My telephone fell into the harbour. Alice knows my voice."
LINK = re.compile(r"http://\S+(/accounts/recovery/stop/\S+/)")
CONFIRM = re.compile(r"http://\S+(/accounts/recovery/\w{10}/)")


def asked(cast: Cast) -> tuple[RecoveryRequest, Browser]:
    """Let Bob give his password, and say that his second step is lost."""
    add_app(cast.bob)
    browser = new_browser()
    sign_in(browser, "bob@example.org")
    answer = browser.post(ASK, {"statement": STATEMENT})
    assert answer.headers["Location"] == ASK, answer.text
    return RecoveryRequest.objects.get(user=cast.bob.user), browser


def decide(cast: Cast, request: RecoveryRequest, answer: str = "grant", by: Person | None = None) -> Any:
    fields = {"answer": answer, "reason": "Alice vouched for him by telephone."}
    return (by or cast.sam).client.post(reverse("recovery-request", args=[request.public_id]), fields, follow=True)


def link(letter: mailbox.Letter) -> str:
    found = LINK.search(letter.text)
    assert found, letter.text
    return found[1]


def wait(hours: int = 24) -> None:
    """Let so many hours pass for everything that waits."""
    for request in RecoveryRequest.objects.exclude(due_at=None):
        assert request.due_at
        request.due_at -= timedelta(hours=hours)
        request.save()


def has_second_step(cast: Cast) -> bool:
    return bool(Authenticator.objects.filter(user=cast.bob.user).exists())


def verbs() -> list[str]:
    rows = Decision.objects.filter(verb__contains="recovery", object_type="User").order_by("id")
    return [row.verb.removeprefix("accounts.") for row in rows]


def test_without_the_password_the_page_is_not_there(cast: Cast) -> None:
    assert cast.nobody.get(ASK).headers["Location"] == reverse("account_login")
    assert cast.nobody.post(ASK, {"statement": STATEMENT}).headers["Location"] == reverse("account_login")
    assert not RecoveryRequest.objects.exists()


def test_the_second_step_offers_it(cast: Cast) -> None:
    add_app(cast.bob)
    browser = new_browser()
    page = sign_in(browser, "bob@example.org", follow="1")
    assert ASK in browser.get(page.headers["Location"]).text
    assert "recovery code" in browser.get(ASK).text


def test_asking_tells_the_person_and_the_owners_and_nobody_else(cast: Cast) -> None:
    asked(cast)
    mine, owners = mailbox.latest("bob@example.org"), mailbox.latest("alice@example.org")
    assert "If it was not you, somebody knows your password" in mine.text
    assert mine.subject == "Your request for recovery"
    assert "You say that your second step of signing in is lost" in mine.text
    assert "Somebody asks" not in mine.text + mine.html
    assert owners.subject == "Somebody asks for recovery: Bob"
    assert "Bob says that their second step" in owners.text
    assert "ask them by phone or in person" in owners.text
    assert CONFIRM.search(owners.text)
    assert not CONFIRM.search(mine.text)
    assert [letter.to for letter in mailbox.letters() if "recovery" in letter.subject] == [
        "bob@example.org",
        "alice@example.org",
    ]


def test_there_is_one_request_at_a_time(cast: Cast) -> None:
    request, browser = asked(cast)
    assert "Your request is with us" in browser.get(ASK).text
    assert "Your request is with us" in browser.post(ASK, {"statement": STATEMENT}).text
    assert RecoveryRequest.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        RecoveryRequest.objects.create(user=request.user, subject=request.subject, statement="again")


def test_three_requests_a_day_are_enough(cast: Cast) -> None:
    for _ in range(3):
        request = actions.ask_for_recovery(by=BY_TEST, user=cast.bob.user, statement=STATEMENT)
        actions.stop_recovery(by=BY_TEST, request=request)
    with pytest.raises(accounts.NotAllowedError, match="three requests"):
        actions.ask_for_recovery(by=BY_TEST, user=cast.bob.user, statement=STATEMENT)


def test_what_is_granted_waits_a_day_and_then_removes_the_second_step_and_every_session(cast: Cast) -> None:
    request, browser = asked(cast)
    elsewhere = signed_in(cast.bob.user)
    assert is_signed_in(elsewhere)
    assert "Everybody concerned has been written to" in decide(cast, request).text
    for person in (cast.bob, cast.alice):
        assert "takes effect in 24 hours" in mailbox.latest(person.user.email).text
    wait(23)
    assert actions.apply_due_recoveries() == 0
    assert has_second_step(cast)
    wait(1)
    assert actions.apply_due_recoveries() == 1
    assert actions.apply_due_recoveries() == 0
    assert not has_second_step(cast)
    assert not is_signed_in(elsewhere)
    assert "is removed, and they are signed out everywhere" in mailbox.latest("alice@example.org").text
    assert verbs() == ["ask_for_recovery", "decide_recovery", "apply_recovery"]
    assert sign_in(new_browser(), "bob@example.org").headers["Location"] == reverse("application-list")
    assert browser.get(ASK).headers["Location"] == reverse("account_login")


def test_who_waits_before_the_second_step_need_not_wait_for_the_worker(cast: Cast) -> None:
    request, browser = asked(cast)
    decide(cast, request)
    assert "Your request is granted" in browser.get(ASK).text
    wait()
    assert browser.get(ASK).headers["Location"] == reverse("account_login")
    assert not has_second_step(cast)


@pytest.mark.parametrize("first", ["owner", "staff"])
def test_an_owner_who_says_that_it_is_them_ends_the_wait(cast: Cast, first: str) -> None:
    request, _browser = asked(cast)
    found = CONFIRM.search(mailbox.latest("alice@example.org").text)
    assert found
    if first == "staff":
        decide(cast, request)
    assert "Ask them in person" in cast.alice.client.get(found[1]).text
    cast.alice.client.post(found[1], {"answer": "confirm"})
    assert has_second_step(cast) == (first == "owner")
    if first == "owner":
        assert "Confirmed by an owner" in cast.sam.client.get(reverse("recovery-desk")).text
        decide(cast, request)
    assert not has_second_step(cast)
    assert "confirm_recovery" in verbs()


def test_nobody_else_confirms(cast: Cast) -> None:
    request, _browser = asked(cast)
    address = reverse("recovery-confirm", args=[request.public_id])
    for person in (cast.bob, cast.vera, cast.charlie, cast.sam):
        assert person.client.post(address, {"answer": "confirm"}).status_code == 404
    request.refresh_from_db()
    assert request.confirmed_at is None


@pytest.mark.parametrize("reader", ["bob", "alice"])
@pytest.mark.parametrize("granted", [False, True])
def test_the_link_in_the_mail_stops_it_signed_out_too(cast: Cast, reader: str, *, granted: bool) -> None:
    request, _browser = asked(cast)
    if granted:
        decide(cast, request)
    path = link(mailbox.latest(f"{reader}@example.org"))
    assert "Stop this?" in cast.nobody.get(path).text
    request.refresh_from_db()
    assert request.stopped_at is None, "programs open links, too"
    assert "Nothing changes." in cast.nobody.post(path).text
    wait()
    assert actions.apply_due_recoveries() == 0
    assert has_second_step(cast)
    assert "has stopped it" in mailbox.latest("alice@example.org").text
    row = Decision.objects.filter(verb="accounts.stop_recovery").first()
    assert row is not None
    assert row.actor_label == reader.title()


def test_a_link_that_was_tampered_with_stops_nothing(cast: Cast) -> None:
    asked(cast)
    path = link(mailbox.latest("bob@example.org"))
    assert cast.nobody.post(path[:-4] + "/").status_code == 404


def test_a_former_owners_link_stops_nothing(cast: Cast) -> None:
    asked(cast)
    path = link(mailbox.latest("alice@example.org"))
    Membership.objects.filter(user=cast.alice.user).update(role=Role.VIEWER)
    assert cast.nobody.post(path).status_code == 404


def test_what_is_refused_changes_nothing_and_says_why(cast: Cast) -> None:
    request, _browser = asked(cast)
    decide(cast, request, "refuse")
    wait()
    assert actions.apply_due_recoveries() == 0
    assert has_second_step(cast)
    assert "Alice vouched for him" in mailbox.latest("bob@example.org").text
    assert "was decided or stopped" in decide(cast, request).text


def test_the_desk_shows_what_speaks_for_the_person(cast: Cast) -> None:
    request, _browser = asked(cast)
    page = cast.sam.client.get(reverse("recovery-request", args=[request.public_id])).text
    for text in (STATEMENT, "bob@example.org", "St. Raphael Health", "Alice (alice@example.org)"):
        assert text in page
    assert "security@example.org" in page
    assert "TOTP" in page


def test_nobody_decides_about_themselves_or_their_colleagues(cast: Cast) -> None:
    request, _browser = asked(cast)
    for person in (cast.bob, cast.alice):
        person.user.is_staff = True
        person.user.save()
        assert "This is about you" in decide(cast, request, by=person).text
    request.refresh_from_db()
    assert request.decided_at is None


def test_the_statement_is_not_in_the_audit(cast: Cast) -> None:
    asked(cast)
    assert "harbour" not in str(list(Decision.objects.values()))


def gone(cast: Cast) -> None:
    """Let Alice not have signed in for two months."""
    cast.alice.user.last_login = timezone.now() - timedelta(days=60)
    cast.alice.user.save()


def ask_for_ownership(cast: Cast) -> Any:
    address = reverse("organisation-ownership", args=[cast.organisation.public_id])
    return cast.bob.client.post(address, {"statement": "Alice has left the hospital for good."})


def test_while_an_owner_can_be_reached_members_ask_them(cast: Cast) -> None:
    answer = ask_for_ownership(cast)
    assert answer.status_code == 403
    assert "alice@example.org" in answer.text
    assert not RecoveryRequest.objects.exists()


def test_a_member_becomes_the_owner_of_an_organisation_without_one(cast: Cast) -> None:
    gone(cast)
    assert ask_for_ownership(cast).status_code == 302
    assert "You ask to become an owner of St. Raphael Health." in mailbox.latest("bob@example.org").text
    for address in ("vera@example.org", "alice@example.org", "security@example.org"):
        assert "Bob asks to become an owner of St. Raphael Health." in mailbox.latest(address).text
    request = RecoveryRequest.objects.get()
    decide(cast, request)
    assert Membership.objects.get(user=cast.bob.user).role == Role.DEVELOPER
    wait()
    assert actions.apply_due_recoveries() == 1
    assert Membership.objects.get(user=cast.bob.user).role == Role.OWNER
    row = Decision.objects.get(verb="accounts.apply_recovery")
    assert (row.organisation_id, row.before, row.after["role"]) == (
        cast.organisation.pk,
        {"role": "developer"},
        "owner",
    )


def test_the_security_contact_can_stop_it(cast: Cast) -> None:
    gone(cast)
    ask_for_ownership(cast)
    assert "Nothing changes." in cast.nobody.post(link(mailbox.latest("security@example.org"))).text
    assert RecoveryRequest.objects.get().stopped_at is not None


def test_whoever_has_left_meanwhile_does_not_become_owner(cast: Cast) -> None:
    gone(cast)
    ask_for_ownership(cast)
    decide(cast, RecoveryRequest.objects.get())
    Membership.objects.filter(user=cast.bob.user).delete()
    wait()
    actions.apply_due_recoveries()
    assert not Membership.objects.filter(user=cast.bob.user).exists()
    assert RecoveryRequest.objects.get().applied_at is None


def test_the_page_of_the_second_step_shows_where_a_request_is_stopped(cast: Cast) -> None:
    page = reverse("mfa_index")
    assert "Stop the request" not in cast.alice.client.get(page).text
    RecoveryRequest.objects.create(user=cast.alice.user, subject="second_step", statement="My phone is gone.")
    text = cast.alice.client.get(page).text
    assert "Stop the request" in text
    [link] = re.findall(r'href="(/accounts/recovery/stop/[^"]+)"', text)
    assert cast.nobody.get(link).status_code == 200
