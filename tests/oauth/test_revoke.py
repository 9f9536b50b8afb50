"""Ending a token (RFC 7009)."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as DjangoClient

from portal.applications import actions
from portal.audit.models import ApiCall
from portal.oauth.models import RevokedToken
from portal.oauth.tokens import revoked
from tests.conftest import BY_TEST
from tests.oauth.calls import (
    CREDENTIALS,
    FORM,
    GOOD,
    REVOKE,
    TOKEN,
    basic,
    invalid_token,
    is_oauth_error,
    is_problem,
    post,
    post_json,
    read,
)
from tests.oauth.conftest import MakeClient
from tests.oauth.forgery import forge

INVALID = invalid_token("The access token is not valid")


def test_a_revoked_token_is_refused_and_others_are_not(api: DjangoClient, token: str) -> None:
    other = post_json(api, TOKEN, **GOOD).json()["access_token"]
    assert read(api, f"Bearer {token}").status_code == 200
    assert _is_done(post_json(api, REVOKE, **CREDENTIALS, token=token))
    assert is_problem(read(api, f"Bearer {token}"), 401, "token_invalid", INVALID)
    assert read(api, f"Bearer {other}").status_code == 200


def test_a_new_process_knows_the_revoked_tokens(api: DjangoClient, token: str) -> None:
    post_json(api, REVOKE, **CREDENTIALS, token=token)
    revoked.reset()
    assert read(api, f"Bearer {token}").status_code == 401


def test_a_revoked_token_is_refused_here_without_waiting_for_the_feed(
    api: DjangoClient, token: str, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    assert read(api, f"Bearer {token}").status_code == 200
    monkeypatch.setattr("portal.applications.feed.INTERVAL", 3600.0)
    with django_capture_on_commit_callbacks(execute=True):
        post_json(api, REVOKE, **CREDENTIALS, token=token)
    assert read(api, f"Bearer {token}").status_code == 401


def test_revoking_twice_changes_nothing(api: DjangoClient, token: str) -> None:
    for _ in range(2):
        assert _is_done(post_json(api, REVOKE, **CREDENTIALS, token=token))
    assert RevokedToken.objects.count() == 1


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
def test_a_hint_is_ignored(api: DjangoClient, token: str, hint: str) -> None:
    assert _is_done(post_json(api, REVOKE, **CREDENTIALS, token=token, token_type_hint=hint))
    assert read(api, f"Bearer {token}").status_code == 401


def test_form_and_basic_are_as_good(api: DjangoClient, token: str) -> None:
    header = {"authorization": basic(*CREDENTIALS.values())}
    assert _is_done(post(api, REVOKE, urlencode({"token": token}), FORM, headers=header))
    assert read(api, f"Bearer {token}").status_code == 401


@pytest.mark.parametrize("text", ["unknown", "a.b.c", "é", "x" * 200_000, "..", "W10.W10.x"], ids=lambda t: t[:9])
def test_a_token_that_never_was_is_answered_with_200(api: DjangoClient, text: str) -> None:
    assert _is_done(post_json(api, REVOKE, **CREDENTIALS, token=text))


def test_an_expired_or_forged_token_is_answered_with_200(api: DjangoClient) -> None:
    for text in (forge({"exp": 1}), forge({"aud": "https://other.example"})):
        assert _is_done(post_json(api, REVOKE, **CREDENTIALS, token=text))
    assert not RevokedToken.objects.exists()


def test_the_token_of_another_client_is_not_ended(api: DjangoClient, token: str, make_client: MakeClient) -> None:
    client = make_client()
    secret = actions.add_secret(by=BY_TEST, client=client)
    answer = post_json(api, REVOKE, client_id=client.client_id, client_secret=secret, token=token)
    assert _is_done(answer)
    assert read(api, f"Bearer {token}").status_code == 200


def test_a_missing_token_is_an_invalid_request(api: DjangoClient) -> None:
    assert is_oauth_error(post_json(api, REVOKE, **CREDENTIALS), 400, "invalid_request")
    assert is_oauth_error(post_json(api, REVOKE, **CREDENTIALS, token=""), 400, "invalid_request")


def test_a_client_that_is_not_authenticated_ends_nothing(api: DjangoClient, token: str) -> None:
    for parameters in ({}, {**CREDENTIALS, "client_secret": "wrong"}, {"client_id": CREDENTIALS["client_id"]}):
        answer = post_json(api, REVOKE, **parameters, token=token)
        assert is_oauth_error(answer, 401, "invalid_client")
    assert read(api, f"Bearer {token}").status_code == 200


def test_the_ledger_records_who_revoked(api: DjangoClient, token: str) -> None:
    post_json(api, REVOKE, **CREDENTIALS, token=token)
    row = ApiCall.objects.order_by("-id")[0]
    assert (row.client_id, row.operation, row.outcome) == (CREDENTIALS["client_id"], "revokeToken", "allowed")


def _is_done(answer: Any) -> bool:
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    return True
