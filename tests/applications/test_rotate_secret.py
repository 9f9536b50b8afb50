"""Rotating a secret: both work for as long as was chosen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.applications import actions
from portal.applications.feed import publish
from portal.applications.models import ClientSecret
from portal.audit.models import Decision
from tests.applications.pages import hidden, secrets_in, send, status_with, text_of, the_secret, token_of
from tests.cast import BY_TEST, Cast


@pytest.fixture(autouse=True)
def _feed_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.applications import feed

    monkeypatch.setattr(feed, "INTERVAL", 0.0)


def form_of(cast: Cast) -> str:
    return f"/applications/{cast.application.public_id}/secrets/{cast.client_secret.pk}/rotate/"


@pytest.mark.parametrize(
    ("overlap", "ends_in"),
    [("3600", 3600), ("86400", 86_400), ("604800", 604_800), ("2592000", 2_592_000), ("never", None)],
)
def test_both_work_for_as_long_as_was_chosen(cast: Cast, overlap: str, ends_in: int | None) -> None:
    answer = send(cast.bob.client, form_of(cast), overlap=overlap, lifetime="180")
    new = the_secret(answer)
    for secret in (cast.secret, new):
        assert token_of(cast.nobody, cast.sandbox_client.client_id, secret).status_code == 200
    old = cast.client_secret
    assert str(old.replaced_by) == f"…{new[-4:]}"
    if ends_in is None:
        assert old.expires_at is None
        assert "works on until you revoke it" in text_of(answer)
    else:
        assert old.expires_at
        assert abs(old.expires_at - timezone.now() - timedelta(seconds=ends_in)) < timedelta(minutes=1)
        assert "works on and ends in" in text_of(answer)


def test_the_old_one_can_end_at_once_with_its_tokens(cast: Cast) -> None:
    token = token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret).json()["access_token"]
    new = the_secret(send(cast.bob.client, form_of(cast), overlap="0", lifetime="180"))
    assert token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret).status_code == 401
    assert status_with(cast.nobody, token) == 401
    assert token_of(cast.nobody, cast.sandbox_client.client_id, new).status_code == 200


def test_the_old_one_ends_when_the_overlap_is_over(cast: Cast) -> None:
    the_secret(send(cast.bob.client, form_of(cast), overlap="3600", lifetime="180"))
    ClientSecret.objects.filter(pk=cast.client_secret.pk).update(
        created_at=timezone.now() - timedelta(days=1), expires_at=timezone.now()
    )
    publish("client", cast.sandbox_client.client_id)
    assert token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret).status_code == 401


def test_an_overlap_never_lengthens_a_life(cast: Cast) -> None:
    soon = timezone.now() + timedelta(hours=2)
    ClientSecret.objects.filter(pk=cast.client_secret.pk).update(expires_at=soon)
    the_secret(send(cast.bob.client, form_of(cast), overlap="604800", lifetime="180"))
    assert cast.client_secret.expires_at == soon


def test_a_full_client_rotates_only_by_ending_the_old_one(cast: Cast) -> None:
    for _ in range(4):
        actions.add_secret(by=BY_TEST, client=cast.sandbox_client)
    refused = send(cast.bob.client, form_of(cast), overlap="3600", lifetime="180")
    assert "may not have more" in text_of(refused)
    assert secrets_in(refused) == set()
    the_secret(send(cast.bob.client, form_of(cast), overlap="0", lifetime="180"))


def test_the_form_sent_twice_makes_one_even_where_the_old_one_has_ended(cast: Cast) -> None:
    path = form_of(cast)
    fields = {**hidden(cast.bob.client.get(path)), "overlap": "0", "lifetime": "180"}
    the_secret(cast.bob.client.post(path, fields))
    again = cast.bob.client.post(path, fields)
    assert (again.status_code, secrets_in(again)) == (409, set())
    assert cast.sandbox_client.secrets.count() == 2


def test_an_ended_secret_is_not_rotated(cast: Cast) -> None:
    path = form_of(cast)
    actions.revoke_secret(by=BY_TEST, secret=cast.client_secret)
    answer = cast.bob.client.get(path, follow=True)
    assert "has ended already" in text_of(answer)
    with pytest.raises(actions.NotAllowedError):
        actions.rotate_secret(by=BY_TEST, secret=cast.client_secret, overlap=None)


def test_the_audit_tells_which_became_which_and_until_when(cast: Cast) -> None:
    the_secret(send(cast.bob.client, form_of(cast), overlap="3600", lifetime="180", label="new"))
    row = Decision.objects.latest("pk")
    assert (row.verb, row.actor_label) == ("applications.rotate_secret", "Bob")
    assert row.before["secret"] == cast.client_secret.pk
    assert row.after["secret"] == ClientSecret.objects.latest("pk").pk
    assert row.after["label"] == "new"
    assert row.after["old_ends_at"]
