"""Revoking a secret: who breaks is said first, and its last four characters are asked for."""

from datetime import timedelta

import pytest

from portal.applications import actions, feed
from portal.audit.models import Decision
from tests.applications.pages import send, status_with, text_of, token_of, used
from tests.cast import BY_TEST, Cast

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(autouse=True)
def _feed_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "INTERVAL", 0.0)


def form_of(cast: Cast) -> str:
    return f"/applications/{cast.application.public_id}/secrets/{cast.client_secret.pk}/revoke/"


@pytest.mark.parametrize("written", ["{}", "…{}", " {} "])
def test_a_revoked_secret_and_its_tokens_open_nothing(cast: Cast, written: str) -> None:
    token = token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret).json()["access_token"]
    assert status_with(cast.nobody, token) == 200
    answer = send(cast.bob.client, form_of(cast), typed=written.format(cast.secret[-4:]), reason="it leaked")
    assert answer.status_code == 302
    assert status_with(cast.nobody, token) == 401
    assert token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret).status_code == 401
    row = Decision.objects.latest("pk")
    assert (row.verb, row.actor_label, row.reason) == ("applications.revoke_secret", "Bob", "it leaked")
    page = cast.bob.client.get(answer["Location"])
    assert f"The secret …{cast.secret[-4:]} is revoked" in text_of(page)
    assert "1 secret has ended" in text_of(page)


@pytest.mark.parametrize("typed", ["", "xxxx", "…"])
def test_the_wrong_characters_revoke_nothing(cast: Cast, typed: str) -> None:
    answer = send(cast.bob.client, form_of(cast), typed=typed)
    assert answer.status_code == 200
    assert cast.client_secret.revoked_at is None


def test_the_page_says_who_breaks(cast: Cast) -> None:
    used(cast.sandbox_client, f"secret:{cast.client_secret.pk}", hours_ago=1, address="10.2.0.4")
    text = text_of(cast.bob.client.get(form_of(cast)))
    assert "Not safe to revoke yet. It was last used 1 hour ago from 10.2.0.4." in text
    assert "These systems will get 401" in text
    assert "This is the last credential" in text


def test_it_does_not_warn_of_the_last_credential_where_there_is_another(cast: Cast) -> None:
    actions.add_secret(by=BY_TEST, client=cast.sandbox_client)
    text = text_of(cast.bob.client.get(form_of(cast)))
    assert "Never used: safe to revoke." in text
    assert "last credential" not in text
    assert "will get 401" not in text


def test_revoking_twice_says_that_it_has_ended(cast: Cast) -> None:
    path = form_of(cast)
    send(cast.bob.client, path, typed=cast.secret[-4:])
    assert "has ended already" in text_of(cast.bob.client.get(path, follow=True))


def test_what_was_replaced_is_not_to_be_rotated_again(cast: Cast) -> None:
    used(cast.sandbox_client, f"secret:{cast.client_secret.pk}", hours_ago=1, address="10.2.0.4")
    assert "Rotate it instead" in text_of(cast.bob.client.get(form_of(cast)))
    new = actions.rotate_secret(by=BY_TEST, secret=cast.client_secret, overlap=timedelta(days=7))
    text = text_of(cast.bob.client.get(form_of(cast)))
    assert "Rotate it instead" not in text
    assert f"Change them to …{new[-4:]}, which has replaced it, first." in text
