"""Looking into a token (RFC 7662)."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as DjangoClient

from portal.applications import actions
from tests.conftest import BY_TEST
from tests.oauth.calls import (
    CREDENTIALS,
    FORM,
    GOOD,
    INTROSPECT,
    REVOKE,
    TOKEN,
    basic,
    is_oauth_error,
    post,
    post_json,
)
from tests.oauth.conftest import MakeClient
from tests.oauth.forgery import forge


def test_a_client_sees_its_own_token(api: DjangoClient) -> None:
    token = post_json(api, TOKEN, **GOOD, scope="lab:results:read patient:profile:read").json()["access_token"]
    body = _introspect(api, token)
    assert body["active"] is True
    assert set(body["scope"].split()) == {"lab:results:read", "patient:profile:read"}
    assert body["token_type"] == "Bearer"
    assert body["client_id"] == body["sub"] == CREDENTIALS["client_id"]
    assert (body["env"], body["exp"] - body["iat"]) == ("sandbox", 3600)
    assert body["iss"].endswith("/api/v1/connect")
    assert body["aud"].endswith("/api/v1")
    assert "cred" not in body


def test_form_and_basic_are_as_good(api: DjangoClient, token: str) -> None:
    header = {"authorization": basic(*CREDENTIALS.values())}
    answer = post(api, INTROSPECT, urlencode({"token": token, "token_type_hint": "x"}), FORM, headers=header)
    assert answer.json()["active"] is True


@pytest.mark.parametrize("text", ["unknown", "a.b.c", "é", "x" * 200_000, "..", "W10.W10.x"], ids=lambda t: t[:9])
def test_a_token_that_never_was_is_inactive(api: DjangoClient, text: str) -> None:
    assert _introspect(api, text) == {"active": False}


def test_an_expired_or_forged_token_is_inactive(api: DjangoClient) -> None:
    for text in (forge({"exp": 1}), forge({"aud": "https://other.example"}), forge(without="scope")):
        assert _introspect(api, text) == {"active": False}


def test_a_revoked_token_is_inactive(api: DjangoClient, token: str) -> None:
    assert _introspect(api, token)["active"] is True
    post_json(api, REVOKE, **CREDENTIALS, token=token)
    assert _introspect(api, token) == {"active": False}


def test_the_token_of_another_client_is_inactive(api: DjangoClient, token: str, make_client: MakeClient) -> None:
    client = make_client()
    secret = actions.add_secret(by=BY_TEST, client=client)
    answer = post_json(api, INTROSPECT, client_id=client.client_id, client_secret=secret, token=token)
    assert answer.json() == {"active": False}


def test_a_missing_token_is_an_invalid_request(api: DjangoClient) -> None:
    assert is_oauth_error(post_json(api, INTROSPECT, **CREDENTIALS), 400, "invalid_request")


def test_a_client_that_is_not_authenticated_learns_nothing(api: DjangoClient, token: str) -> None:
    answer = post_json(api, INTROSPECT, client_id=CREDENTIALS["client_id"], token=token)
    assert is_oauth_error(answer, 401, "invalid_client")


def test_a_suspended_client_learns_nothing(api: DjangoClient, make_client: MakeClient) -> None:
    client = make_client()
    secret = actions.add_secret(by=BY_TEST, client=client)
    actions.suspend_client(by=BY_TEST, client=client, reason="under attack")
    answer = post_json(api, INTROSPECT, client_id=client.client_id, client_secret=secret, token="x")
    assert is_oauth_error(answer, 400, "unauthorized_client")


def _introspect(api: DjangoClient, token: str) -> Any:
    answer = post_json(api, INTROSPECT, **CREDENTIALS, token=token)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    return answer.json()
