"""Run's tokens: for the user's own sandbox client, without a secret, as long as the user may build."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client as Browser
from django.urls import reverse

from portal.accounts.models import Role
from portal.applications import actions as applications
from portal.applications.feed import feed
from portal.audit.models import ApiCall
from portal.audit.writer import writer
from portal.console.tokens import RATE
from tests.cast import BY_TEST, Cast
from tests.oauth.calls import TOKEN, post_json

pytestmark = pytest.mark.usefixtures("sandbox")

JSON = {"Accept": "application/json"}
PATIENT = "/api/v1/connect/patient/search?health_id=OPC-2024-DEMO1"


def mint(browser: Browser, client_id: str, **fields: str) -> Any:
    return browser.post("/console/token/", {"client": client_id, **fields}, headers=JSON)


def token_of(cast: Cast, who: str = "bob") -> str:
    answer = mint(getattr(cast, who).client, cast.sandbox_client.client_id)
    assert answer.status_code == 200
    token: str = answer.json()["access_token"]
    return token


def call(cast: Cast, token: str) -> Any:
    return cast.nobody.get(PATIENT, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_builder_gets_a_short_token_with_every_scope_of_the_client(cast: Cast, who: str) -> None:
    answer = mint(getattr(cast, who).client, cast.sandbox_client.client_id)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    assert body["scope"].split() == cast.sandbox_client.scopes
    assert call(cast, body["access_token"]).json()["given_name"] == "Amina"


def test_the_token_carries_the_scope_that_was_asked_for(cast: Cast) -> None:
    body = mint(cast.bob.client, cast.sandbox_client.client_id, scope="patient:profile:read").json()
    assert body["scope"] == "patient:profile:read"
    refused = mint(cast.bob.client, cast.sandbox_client.client_id, scope="patient:read no:such")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("who", ["vera", "charlie", "sam"])
def test_viewers_and_outsiders_get_none(cast: Cast, who: str) -> None:
    assert mint(getattr(cast, who).client, cast.sandbox_client.client_id).status_code == 404


def test_there_are_none_for_production_nor_for_other_clients(cast: Cast) -> None:
    live = applications.create_client(
        by=BY_TEST, application=cast.application, environment="production", scopes=["patient:read"]
    )
    for client_id in (live.client_id, "demo_dev_sandbox", "", "nothing"):
        assert mint(cast.alice.client, client_id).status_code == 404
    assert not ApiCall.objects.filter(route__startswith="console").exists()


def test_the_ledger_says_where_the_token_came_from_and_what_was_called_with_it(cast: Cast) -> None:
    call(cast, token_of(cast))
    issued, used = ApiCall.objects.order_by("id")
    assert (issued.operation, issued.route, issued.status) == ("createToken", "console/token/", 200)
    assert (used.operation, used.status) == ("searchPatient", 200)
    for row in (issued, used):
        assert row.client_id == cast.sandbox_client.client_id
        assert row.application_id == cast.application.pk
        assert row.organisation_id == cast.organisation.pk
        assert row.environment == "sandbox"
        assert row.credential == f"user:{cast.bob.user.pk}"
        assert row.token_id == issued.token_id != ""


def test_without_the_ledger_there_is_no_token(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_row: ApiCall) -> None:
        raise OperationalError("no disk")

    monkeypatch.setattr(writer, "write", fail)
    answer = mint(cast.bob.client, cast.sandbox_client.client_id)
    assert (answer.status_code, answer.json()) == (503, {"error": "ledger_unavailable"})


def poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the feed's second pass."""
    monkeypatch.setattr(feed, "_polled_at", feed._polled_at - 1.1)


def test_a_suspended_client_refuses_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(cast)
    assert call(cast, token).status_code == 200
    applications.suspend_client(by=BY_TEST, client=cast.sandbox_client, reason="test")
    poll(monkeypatch)
    assert call(cast, token).json()["code"] == "token_invalid"
    assert mint(cast.bob.client, cast.sandbox_client.client_id).status_code == 404


@pytest.mark.parametrize("end", ["viewer", "removed", "deactivated", "deleted"])
def test_it_ends_with_the_membership(cast: Cast, end: str) -> None:
    token = token_of(cast)
    assert call(cast, token).status_code == 200
    user = cast.bob.user
    if end == "viewer":
        user.memberships.update(role=Role.VIEWER)
    elif end == "removed":
        user.memberships.all().delete()
    elif end == "deactivated":
        type(user).objects.filter(pk=user.pk).update(is_active=False)
    else:
        user.delete()
    assert call(cast, token).json()["code"] == "token_invalid"
    assert call(cast, token_of(cast, "alice")).status_code == 200


def test_a_membership_elsewhere_does_not_keep_it_alive(cast: Cast) -> None:
    token = token_of(cast)
    cast.bob.user.memberships.update(organisation=cast.elsewhere)
    assert call(cast, token).status_code == 401


def test_revoking_secrets_does_not_end_it_and_a_client_can_look_into_it(cast: Cast) -> None:
    token = token_of(cast)
    credentials = {"client_id": cast.sandbox_client.client_id, "client_secret": cast.secret}
    seen = post_json(cast.nobody, TOKEN.replace("/token", "/introspect"), token=token, **credentials).json()
    assert seen["active"] is True
    assert timedelta(seconds=seen["exp"] - seen["iat"]) == timedelta(minutes=10)
    applications.revoke_secret(by=BY_TEST, secret=cast.client_secret)
    assert call(cast, token).status_code == 200


def test_nobody_mints_without_end(cast: Cast) -> None:
    for _ in range(RATE.amount):
        assert mint(cast.bob.client, cast.sandbox_client.client_id).status_code == 200
    refused = mint(cast.bob.client, cast.sandbox_client.client_id)
    assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
    assert 0 < int(refused["Retry-After"]) <= 61
    assert ApiCall.objects.latest("id").status == 429
    assert mint(cast.alice.client, cast.sandbox_client.client_id).status_code == 200


def test_a_look_costs_nothing_and_changes_nothing(cast: Cast) -> None:
    for path in ("/console/token/", "/console/choose/"):
        assert cast.alice.client.get(path).status_code == 405
    assert cast.alice.client.post("/console/own/").status_code == 405


def test_the_request_log_says_that_a_member_ran_it(cast: Cast) -> None:
    token_of(cast)
    page = cast.vera.client.get(reverse("log", args=[cast.application.public_id]))
    assert page.status_code == 200
    assert "A member, in the console or with Run" in page.content.decode()
