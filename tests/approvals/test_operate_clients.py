"""Reviewers see all production clients, suspend one at once, and restore it; its owners are told why."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.applications.actions import suspend_client
from portal.applications.models import Client, ClientSecret
from portal.approvals.grants.deadlines import keep_deadlines
from portal.approvals.models import Grant
from portal.audit.actions import Actor
from portal.audit.models import ApiCall
from tests.applications.pages import send, text_of, token_of, used
from tests.approvals.grants import granted, opened, production_client
from tests.approvals.requests import reviewer
from tests.cast import Cast, Person
from tests.mailbox import latest

DESK = "/review/clients/"


def page_of(client: Client) -> str:
    return f"{DESK}{client.client_id}/"


def made_long_ago(client: Client) -> ClientSecret:
    secret = ClientSecret.objects.get(client=client)
    ClientSecret.objects.filter(pk=secret.pk).update(created_at=timezone.now() - timedelta(days=100))
    return secret


def test_the_list_shows_what_each_may_do_and_finds_it(cast: Cast) -> None:
    granted(cast)
    saul = reviewer("Saul")
    page = text_of(saul.client.get(DESK))
    for said in ("St. Raphael HIS", "St. Raphael Health", "encounter:push, facility:sync", "1 facility", "never used"):
        assert said in page
    assert cast.sandbox_client.client_id not in page
    for words in ("raphael his", "RAPHAEL HEALTH", production_client(cast).client_id):
        assert production_client(cast).client_id in text_of(saul.client.get(DESK, {"q": words}))
    assert "No client fits" in text_of(saul.client.get(DESK, {"q": "elsewhere"}))


def test_nobody_has_production_access_yet(cast: Cast) -> None:
    assert "No app has production access yet" in text_of(reviewer("Saul").client.get(DESK))


@pytest.mark.parametrize("hours", [None, 24 * 91, 24 * 89])
def test_secrets_that_nobody_uses_are_listed(cast: Cast, hours: int | None) -> None:
    grant, _secret = opened(cast)
    secret = made_long_ago(grant.client)
    if hours is not None:
        used(grant.client, f"secret:{secret.pk}", hours_ago=hours)
    page = text_of(reviewer("Saul").client.get(DESK, {"which": "unused"}))
    assert (grant.client.client_id in page) == (hours != 24 * 89)


def test_a_young_secret_is_not_called_unused(cast: Cast) -> None:
    opened(cast)
    assert "No client fits" in text_of(reviewer("Saul").client.get(DESK, {"which": "unused"}))


def test_what_ends_soon_and_what_is_suspended_can_be_asked_for(cast: Cast) -> None:
    grant, _secret = opened(cast)
    saul = reviewer("Saul")
    for which in ("ending", "suspended"):
        assert "No client fits" in text_of(saul.client.get(DESK, {"which": which}))
    Grant.objects.update(ends_on=timezone.now().date() + timedelta(days=29))
    send(saul.client, page_of(grant.client), reason="A leak.")
    for which in ("ending", "suspended"):
        assert grant.client.client_id in text_of(saul.client.get(DESK, {"which": which}))


def test_a_suspension_holds_at_once_and_its_owners_read_why(cast: Cast) -> None:
    grant, secret = opened(cast)
    saul = reviewer("Saul")
    assert send(saul.client, page_of(grant.client), reason="A secret stands on the web.")["Location"]
    assert error_of(cast, secret) == "unauthorized_client"
    client = production_client(cast)
    assert (client.suspended_by_operator, client.suspended_reason) == (True, "A secret stands on the web.")
    mail = latest("alice@example.org")
    assert "OpesCare has suspended the production client" in mail.subject
    assert "A secret stands on the web." in mail.text
    page = text_of(saul.client.get(page_of(client)))
    assert "Saul of OpesCare suspended a client of St. Raphael HIS" in page
    send(saul.client, page_of(client), reason="It was revoked.")
    assert production_client(cast).suspended_at is None
    assert "works again" in latest("alice@example.org").subject


def test_a_second_click_or_a_colleagues_page_undoes_nothing(cast: Cast) -> None:
    grant = granted(cast)
    saul = reviewer("Saul")
    said = {"verb": "suspend", "reason": "A leak."}
    assert saul.client.post(page_of(grant.client), said).status_code == 302
    answer = saul.client.post(page_of(grant.client), said)
    assert "Somebody has just done this" in text_of(answer)
    assert production_client(cast).suspended_by_operator
    said = {"verb": "restore", "reason": "It was revoked."}
    assert saul.client.post(page_of(grant.client), said).status_code == 302
    assert "Somebody has just done this" in text_of(saul.client.post(page_of(grant.client), said))
    assert production_client(cast).suspended_at is None


def test_a_lapsed_client_comes_back_by_its_owners_confirmation_alone(cast: Cast) -> None:
    grant, _secret = opened(cast)
    Grant.objects.update(attest_by=timezone.now().date() - timedelta(days=30))
    keep_deadlines()
    answer = send(reviewer("Saul").client, page_of(grant.client), reason="They called.")
    assert "An owner must confirm" in text_of(answer)
    assert production_client(cast).suspended_at is not None


def test_what_an_owner_suspended_is_taken_over_and_not_undone(cast: Cast) -> None:
    grant = granted(cast)
    suspend_client(by=Actor("user", "Alice"), client=grant.client, reason="Holidays.")
    send(reviewer("Saul").client, page_of(grant.client), reason="A leak.")
    client = production_client(cast)
    assert (client.suspended_by_operator, client.suspended_reason) == (True, "A leak.")


def error_of(cast: Cast, secret: str) -> Any:
    return token_of(cast.nobody, production_client(cast).client_id, secret).json().get("error")


def test_without_a_reason_nothing_happens(cast: Cast) -> None:
    grant = granted(cast)
    assert "This field is required" in text_of(reviewer("Saul").client.post(page_of(grant.client), {"reason": " "}))
    assert production_client(cast).suspended_at is None


def test_nobody_restores_the_client_of_their_own_organisation_or_of_a_grant_that_ended(cast: Cast) -> None:
    grant = granted(cast)
    saul = reviewer("Saul")
    send(saul.client, page_of(grant.client), reason="A leak.")
    Grant.objects.update(ended_at=timezone.now(), ended_because="expired")
    assert "Its grant has ended" in text_of(send(saul.client, page_of(grant.client), reason="Fine."))
    Grant.objects.update(ended_at=None, ended_because="")
    cast.organisation.memberships.create(user=saul.user, role="viewer")
    assert "somebody else must restore" in text_of(send(saul.client, page_of(grant.client), reason="Fine."))
    assert production_client(cast).suspended_at is not None


def test_it_exists_for_reviewers_alone_and_knows_no_sandbox_client(cast: Cast) -> None:
    grant = granted(cast)
    for person in (cast.alice, cast.sam, Person.called("Zoe")):
        assert person.client.get(DESK).status_code == 404
        assert person.client.post(page_of(grant.client), {"reason": "x"}).status_code == 404
    assert reviewer("Saul").client.get(page_of(cast.sandbox_client)).status_code == 404
    assert not ApiCall.objects.filter(environment="production").exists()
