"""Suspending a client, and who may restore it."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from portal.applications import actions, feed
from portal.applications.models import Client
from portal.audit.models import Decision
from tests.applications.pages import send, status_with, text_of, token_of
from tests.cast import BY_TEST, Cast

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(autouse=True)
def _feed_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "INTERVAL", 0.0)


def page_of(cast: Cast, what: str = "") -> str:
    return f"/applications/{cast.application.public_id}/{what}"


def test_an_owner_suspends_and_restores(cast: Cast) -> None:
    token = token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret).json()["access_token"]
    answer = send(cast.alice.client, page_of(cast, "sandbox/suspend/"), reason="laptop stolen")
    assert answer.status_code == 302
    assert status_with(cast.nobody, token) == 401
    assert token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret).json()["error"] == "unauthorized_client"
    for person in (cast.alice, cast.bob, cast.vera):
        text = text_of(person.client.get(page_of(cast)))
        assert "This client is suspended" in text
        assert "Reason: laptop stolen" in text
        assert ("Restore this client" in text) is (person is cast.alice)

    assert send(cast.alice.client, page_of(cast, "sandbox/restore/")).status_code == 302
    assert status_with(cast.nobody, token) == 200
    rows = Decision.objects.filter(object_id=cast.sandbox_client.client_id).order_by("-pk")[:2]
    assert [(row.verb, row.actor_label) for row in rows] == [
        ("applications.restore_client", "Alice"),
        ("applications.suspend_client", "Alice"),
    ]


def test_a_suspension_needs_a_reason(cast: Cast) -> None:
    answer = send(cast.alice.client, page_of(cast, "sandbox/suspend/"), reason="  ")
    assert "This field is required" in text_of(answer)
    assert Client.objects.get(pk=cast.sandbox_client.pk).suspended_at is None


def test_what_an_operator_suspended_members_cannot_restore(cast: Cast) -> None:
    call_command("client", "suspend", cast.sandbox_client.client_id, "--reason", "secret on a public page")
    text = text_of(cast.alice.client.get(page_of(cast)))
    assert "OpesCare suspended it." in text
    assert "Restore this client" not in text
    refused = cast.alice.client.post(page_of(cast, "sandbox/restore/"))
    assert "only they can restore it" in text_of(refused)
    assert Client.objects.get(pk=cast.sandbox_client.pk).suspended_at
    cast.alice.client.post(page_of(cast, "sandbox/suspend/"), {"reason": "mine now"})
    assert Client.objects.get(pk=cast.sandbox_client.pk).suspended_by_operator

    call_command("client", "restore", cast.sandbox_client.client_id, "--reason", "mended")
    assert "suspended" not in text_of(cast.alice.client.get(page_of(cast)))


def test_an_operator_takes_over_a_members_suspension(cast: Cast) -> None:
    send(cast.alice.client, page_of(cast, "sandbox/suspend/"), reason="holiday")
    actions.suspend_client(by=BY_TEST, client=cast.sandbox_client, reason="abuse")
    assert "OpesCare suspended it." in text_of(cast.alice.client.get(page_of(cast)))


def test_the_database_knows_no_operators_suspension_of_a_client_at_work(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.filter(pk=cast.sandbox_client.pk).update(suspended_by_operator=True)
