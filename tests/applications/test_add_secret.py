"""Adding a secret: shown once, limited in number, refused where it has expired."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.applications import actions
from portal.applications.models import ClientSecret
from tests.applications.pages import hidden, secrets_in, send, text_of, the_secret, token_of
from tests.cast import BY_TEST, Cast


def form_of(cast: Cast) -> str:
    return f"/applications/{cast.application.public_id}/sandbox/secrets/new/"


def test_an_added_secret_works_beside_the_first(cast: Cast) -> None:
    secret = the_secret(send(cast.bob.client, form_of(cast), label="Kisumu", lifetime="90"))
    for one in (secret, cast.secret):
        assert token_of(cast.nobody, cast.sandbox_client.client_id, one).status_code == 200
    row = ClientSecret.objects.latest("pk")
    assert (row.label, row.created_by, row.last_four) == ("Kisumu", "Bob", secret[-4:])
    assert row.expires_at
    assert abs(row.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)


def test_one_that_does_not_expire_can_be_chosen(cast: Cast) -> None:
    the_secret(send(cast.bob.client, form_of(cast), lifetime="never"))
    assert ClientSecret.objects.latest("pk").expires_at is None


def test_the_form_sent_twice_makes_one(cast: Cast) -> None:
    fields = {**hidden(cast.bob.client.get(form_of(cast))), "lifetime": "30"}
    secret = the_secret(cast.bob.client.post(form_of(cast), fields))
    again = cast.bob.client.post(form_of(cast), fields)
    assert (again.status_code, secrets_in(again)) == (409, set())
    assert f"…{secret[-4:]}" in text_of(again)
    assert cast.sandbox_client.secrets.count() == 2


def test_five_secrets_work_and_no_sixth(cast: Cast) -> None:
    for _ in range(4):
        the_secret(send(cast.bob.client, form_of(cast), lifetime="30"))
    refused = send(cast.bob.client, form_of(cast), lifetime="30")
    assert secrets_in(refused) == set()
    assert "has 5 secrets that work, and may not have more" in text_of(refused)
    page = cast.bob.client.get(f"/applications/{cast.application.public_id}/")
    assert "Revoke one that is not used before you add another" in text_of(page)
    actions.revoke_secret(by=BY_TEST, secret=cast.client_secret)
    the_secret(send(cast.bob.client, form_of(cast), lifetime="30"))


def test_a_secret_that_has_expired_opens_nothing_and_leaves_room(cast: Cast) -> None:
    old = cast.client_secret
    ClientSecret.objects.filter(pk=old.pk).update(
        created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(seconds=1)
    )
    assert token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret).status_code == 401
    for _ in range(5):
        the_secret(send(cast.bob.client, form_of(cast), lifetime="30"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"label": "x" * 61}, "at most 60 characters"),
        ({"lifetime": "10000"}, "Select a valid choice"),
        ({"label": "opc_live_sk_abc"}, "This looks like a secret"),
        ({"form_id": "x"}, "valid UUID"),
    ],
)
def test_a_form_that_is_not_right_makes_nothing(cast: Cast, fields: dict[str, str], said: str) -> None:
    refused = send(cast.bob.client, form_of(cast), **{"lifetime": "30", **fields})
    assert said in text_of(refused)
    assert cast.sandbox_client.secrets.count() == 1
