"""The credentials tab: what owners and developers see, and what viewers do not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.applications import actions
from portal.applications.models import ClientSecret
from tests.applications.pages import text_of, used
from tests.cast import BY_TEST, Cast


def page_of(cast: Cast) -> str:
    return f"/applications/{cast.application.public_id}/"


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_builders_see_each_secret_and_its_last_use(cast: Cast, who: str) -> None:
    used(cast.sandbox_client, f"secret:{cast.client_secret.pk}", hours_ago=3, address="10.2.0.4")
    used(cast.sandbox_client, f"secret:{cast.client_secret.pk}", hours_ago=30, address="10.9.9.9")
    text = text_of(getattr(cast, who).client.get(page_of(cast)))
    assert cast.sandbox_client.client_id in text
    assert f"…{cast.secret[-4:]}" in text
    assert "made just now by test 3 hours ago 10.2.0.4 never Rotate" in text
    assert "/api/v1/connect/auth/token" in text
    assert "patient:profile:read" in text
    assert "3600 seconds" in text


def test_both_clients_carry_their_colour(cast: Cast) -> None:
    actions.create_client(by=BY_TEST, application=cast.application, environment="production", scopes=["patient:read"])
    page = cast.alice.client.get(page_of(cast)).content.decode()
    assert 'class="client sandbox"' in page
    assert 'class="client production"' in page
    assert '<span class="tag production">Production</span>' in page


def test_a_viewer_sees_the_client_and_no_secret(cast: Cast) -> None:
    answer = cast.vera.client.get(page_of(cast))
    text = text_of(answer)
    assert cast.sandbox_client.client_id in text
    assert f"…{cast.secret[-4:]}" not in text
    assert "/secrets/" not in answer.content.decode()
    assert "Its secrets are for those who build it" in text


CHANGING = [
    "sandbox/secrets/new/",
    "secrets/{secret}/",
    "secrets/{secret}/rotate/",
    "secrets/{secret}/revoke/",
    "sandbox/keys/",
    "sandbox/keys/refresh/",
    "sandbox/keys/remove/",
    "sandbox/suspend/",
    "sandbox/restore/",
    "settings/close/",
    "settings/reopen/",
]


@pytest.mark.parametrize("path", CHANGING)
def test_pages_that_change_credentials_are_closed_to_viewers_outsiders_and_strangers(cast: Cast, path: str) -> None:
    address = page_of(cast) + path.format(secret=cast.client_secret.pk)
    assert cast.vera.client.post(address).status_code == 403
    assert cast.charlie.client.post(address).status_code == 404
    assert cast.sam.client.post(address).status_code == 404
    assert cast.nobody.post(address)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", [path for path in CHANGING if path != "secrets/{secret}/"])
def test_they_ask_again_whoever_signed_in_long_ago(cast: Cast, path: str) -> None:
    from tests.cast import sign_in

    late = sign_in(cast.alice.user, seconds_ago=1201)
    answer = late.post(page_of(cast) + path.format(secret=cast.client_secret.pk))
    assert answer.status_code == 302
    asked = late.get(answer["Location"]) if answer["Location"].startswith("/applications") else answer
    assert "/reauthenticate/" in asked["Location"]


@pytest.mark.parametrize("path", ["sandbox/suspend/", "settings/close/", "settings/reopen/", "sandbox/restore/"])
def test_what_endangers_running_systems_is_for_owners(cast: Cast, path: str) -> None:
    assert cast.bob.client.post(page_of(cast) + path).status_code == 403


def test_a_secret_of_another_app_does_not_exist_here(cast: Cast) -> None:
    theirs, _client, _secret = actions.start_application(by=BY_TEST, organisation=cast.elsewhere, name="Theirs")
    their_secret = ClientSecret.objects.get(client__application=theirs)
    for verb in ("", "rotate/", "revoke/"):
        assert cast.alice.client.get(f"{page_of(cast)}secrets/{their_secret.pk}/{verb}").status_code == 404
    assert cast.alice.client.get(f"{page_of(cast)}production/secrets/new/").status_code == 404
    assert cast.alice.client.get(f"{page_of(cast)}moon/keys/").status_code == 404


def test_what_has_ended_is_listed_apart_and_the_page_stays_cheap(cast: Cast) -> None:
    actions.create_client(by=BY_TEST, application=cast.application, environment="production", scopes=["patient:read"])
    for _ in range(30):
        actions.add_secret(by=BY_TEST, client=cast.sandbox_client)
        actions.revoke_secret(by=BY_TEST, secret=ClientSecret.objects.latest("pk"))
    cast.alice.client.get(page_of(cast))
    with CaptureQueriesContext(connection) as queries:
        text = text_of(cast.alice.client.get(page_of(cast)))
    assert len(queries) <= 14
    assert "20 secrets have ended" in text
    assert text.count("Revoke …") == 1
