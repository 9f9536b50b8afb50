"""Getting a token in every way that is allowed."""

import json
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from django.test import Client as DjangoClient
from django.utils import timezone
from joserfc import jwt

from portal.applications import actions
from portal.applications.models import ClientSecret
from portal.applications.published import DEMO_SANDBOX_CLIENT, SANDBOX_CLIENT
from portal.audit.models import ApiCall
from portal.edge.environments import PRODUCTION
from portal.management.published import ensure_client
from portal.oauth.keys import ring
from tests.conftest import BY_TEST
from tests.oauth.calls import CREDENTIALS, FORM, GOOD, TOKEN, basic, is_oauth_error, post, post_json, read
from tests.oauth.conftest import MakeClient


def test_the_published_call_is_answered_as_published(api: DjangoClient) -> None:
    answer = post_json(api, TOKEN, **GOOD, scope="patient:profile:read")
    body = answer.json()
    assert answer.status_code == 200
    assert body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "patient:profile:read")
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Pragma"] == "no-cache"
    patient = read(api, f"Bearer {body['access_token']}")
    assert patient.json()["health_id"] == "OPC-2024-DEMO1"


def test_both_mounts_answer(api: DjangoClient) -> None:
    assert post_json(api, "/v1/connect/auth/token", **GOOD).status_code == 200


def test_a_form_body_is_as_good_as_json(api: DjangoClient) -> None:
    answer = post(api, TOKEN, urlencode(GOOD), FORM)
    assert answer.status_code == 200


@pytest.mark.parametrize("content_type", [f"{FORM}; charset=UTF-8", FORM.upper()])
def test_a_form_body_may_name_its_charset(api: DjangoClient, content_type: str) -> None:
    assert post(api, TOKEN, urlencode(GOOD), content_type).status_code == 200


@pytest.mark.parametrize("content_type", ["application/json;charset=utf-8", "Application/JSON"])
def test_a_json_body_may_name_its_charset(api: DjangoClient, content_type: str) -> None:
    assert post(api, TOKEN, json.dumps(GOOD), content_type).status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_secret_may_come_in_a_basic_header(api: DjangoClient, scheme: str) -> None:
    header = basic(**_pair()).replace("Basic", scheme)
    answer = post(api, TOKEN, "grant_type=client_credentials", FORM, headers={"authorization": header})
    assert answer.status_code == 200


def test_the_client_id_may_stand_in_the_body_beside_a_basic_header(api: DjangoClient) -> None:
    body = {"grant_type": "client_credentials", "client_id": SANDBOX_CLIENT.client_id}
    answer = post(api, TOKEN, json.dumps(body), headers={"authorization": basic(**_pair())})
    assert answer.status_code == 200


def test_id_and_secret_are_form_decoded_in_a_basic_header(api: DjangoClient, make_client: MakeClient) -> None:
    client = make_client(client_id="ward:7 + 8%")
    actions.add_secret(by=BY_TEST, client=client, published_secret="colon: plus+ percent% é")
    for encode in (partial(quote, safe=""), quote_plus):
        header = basic(encode("ward:7 + 8%"), encode("colon: plus+ percent% é"))
        answer = post(api, TOKEN, "grant_type=client_credentials", FORM, headers={"authorization": header})
        assert answer.status_code == 200


def test_without_a_scope_the_token_carries_all_that_the_client_has(api: DjangoClient) -> None:
    assert post_json(api, TOKEN, **GOOD).json()["scope"].split() == list(SANDBOX_CLIENT.scopes)


def test_an_empty_scope_counts_as_not_sent(api: DjangoClient) -> None:
    assert post_json(api, TOKEN, **GOOD, scope="").json()["scope"].split() == list(SANDBOX_CLIENT.scopes)


def test_scopes_come_back_in_the_order_in_which_they_were_asked_for(api: DjangoClient) -> None:
    asked = "lab:results:read patient:profile:read"
    answer = post_json(api, TOKEN, **GOOD, scope=asked)
    assert answer.json()["scope"] == asked
    assert _claims(answer.json()["access_token"])["scope"] == asked


def test_a_scope_asked_for_twice_is_granted_once(api: DjangoClient) -> None:
    answer = post_json(api, TOKEN, **GOOD, scope="lab:results:read lab:results:read")
    assert answer.json()["scope"] == "lab:results:read"


def test_a_client_may_have_a_token_lifetime_of_its_own(api: DjangoClient, make_client: MakeClient) -> None:
    client = make_client(token_lifetime=120)
    secret = actions.add_secret(by=BY_TEST, client=client)
    body = _ask(api, client.client_id, secret).json()
    claims = _claims(body["access_token"])
    assert body["expires_in"] == claims["exp"] - claims["iat"] == 120


def test_the_token_follows_rfc_9068(api: DjangoClient) -> None:
    text = post_json(api, TOKEN, **GOOD, scope="patient:profile:read").json()["access_token"]
    decoded = jwt.decode(text, ring.signing("sandbox").key, algorithms=["RS256"])
    assert decoded.header == {"alg": "RS256", "typ": "at+jwt", "kid": ring.signing("sandbox").kid}
    assert decoded.claims.keys() == {
        "iss", "aud", "sub", "client_id", "scope", "jti", "iat", "exp", "env", "cred",
    }  # fmt: skip
    assert decoded.claims["iss"].endswith("/api/v1/connect")
    assert decoded.claims["aud"].endswith("/api/v1")
    assert decoded.claims["sub"] == decoded.claims["client_id"] == SANDBOX_CLIENT.client_id
    assert decoded.claims["env"] == "sandbox"


def test_every_token_has_an_id_of_its_own(api: DjangoClient) -> None:
    ids = {_claims(post_json(api, TOKEN, **GOOD).json()["access_token"])["jti"] for _ in range(3)}
    assert len(ids) == 3


def test_a_production_client_gets_a_token_of_the_production_issuer(api: DjangoClient, make_client: MakeClient) -> None:
    client = make_client(PRODUCTION)
    secret = actions.add_secret(by=BY_TEST, client=client)
    text = _ask(api, client.client_id, secret).json()["access_token"]
    claims = jwt.decode(text, ring.signing("production").key, algorithms=["RS256"]).claims
    assert (claims["env"], claims["iss"].endswith("/v1/connect")) == ("production", True)
    assert "/api/" not in claims["iss"]


def test_a_new_secret_works_at_once_beside_the_old_one(api: DjangoClient) -> None:
    assert post_json(api, TOKEN, **GOOD).status_code == 200
    client = ClientSecret.objects.select_related("client").get().client
    new = actions.add_secret(by=BY_TEST, client=client)
    assert _ask(api, client.client_id, new).status_code == 200
    assert post_json(api, TOKEN, **GOOD).status_code == 200


def test_a_secret_works_until_it_expires_and_so_do_its_tokens(api: DjangoClient, make_client: MakeClient) -> None:
    client = make_client()
    later = timezone.now() + timedelta(hours=1)
    secret = actions.add_secret(by=BY_TEST, client=client, expires_at=later)
    text = _ask(api, client.client_id, secret).json()["access_token"]
    assert read(api, f"Bearer {text}").status_code == 200
    past = timezone.now() - timedelta(seconds=1)
    ClientSecret.objects.filter(client=client).update(created_at=past - timedelta(1), expires_at=past)
    actions.restore_client(by=BY_TEST, client=client)  # makes every process read the client again
    assert is_oauth_error(_ask(api, client.client_id, secret), 401, "invalid_client")
    assert read(api, f"Bearer {text}").status_code == 401


def test_a_revoked_secret_is_refused_and_ends_its_tokens_but_not_those_of_others(
    api: DjangoClient, make_client: MakeClient
) -> None:
    client = make_client()
    secrets = [actions.add_secret(by=BY_TEST, client=client) for _ in range(2)]
    tokens = [_ask(api, client.client_id, secret).json()["access_token"] for secret in secrets]
    leaked = ClientSecret.objects.filter(client=client).order_by("id")[0]
    actions.revoke_secret(by=BY_TEST, secret=leaked)
    assert is_oauth_error(_ask(api, client.client_id, secrets[0]), 401, "invalid_client")
    assert _ask(api, client.client_id, secrets[1]).status_code == 200
    assert [read(api, f"Bearer {text}").status_code for text in tokens] == [401, 200]


def test_a_suspended_client_gets_unauthorized_client_until_it_is_restored(
    api: DjangoClient, make_client: MakeClient
) -> None:
    client = make_client()
    secret = actions.add_secret(by=BY_TEST, client=client)
    text = _ask(api, client.client_id, secret).json()["access_token"]
    actions.suspend_client(by=BY_TEST, client=client, reason="under attack")
    refused = _ask(api, client.client_id, secret)
    assert is_oauth_error(refused, 400, "unauthorized_client")
    assert "under attack" not in refused.content.decode()
    assert read(api, f"Bearer {text}").status_code == 401
    actions.restore_client(by=BY_TEST, client=client)
    assert _ask(api, client.client_id, secret).status_code == 200
    assert read(api, f"Bearer {text}").status_code == 200


def test_only_a_right_secret_learns_that_a_client_is_suspended(api: DjangoClient, make_client: MakeClient) -> None:
    client = make_client()
    actions.suspend_client(by=BY_TEST, client=client, reason="under attack")
    assert is_oauth_error(_ask(api, client.client_id, "a guess"), 401, "invalid_client")


def test_the_ledger_learns_who_asked_and_never_the_secret(api: DjangoClient) -> None:
    ensure_client(BY_TEST, DEMO_SANDBOX_CLIENT)
    answer = post_json(api, TOKEN, **GOOD)
    row = ApiCall.objects.get()
    assert (row.client_id, row.operation, row.status) == (SANDBOX_CLIENT.client_id, "createToken", 200)
    assert row.token_id == _claims(answer.json()["access_token"])["jti"]
    assert row.credential == f"secret:{ClientSecret.objects.get(client__client_id=row.client_id).pk}"
    assert CREDENTIALS["client_secret"] not in str(vars(row))


def _pair() -> dict[str, str]:
    return {"client_id": SANDBOX_CLIENT.client_id, "secret": SANDBOX_CLIENT.client_secret}


def _ask(api: DjangoClient, client_id: str, secret: str) -> Any:
    return post_json(api, TOKEN, grant_type="client_credentials", client_id=client_id, client_secret=secret)


def _claims(text: str) -> dict[str, Any]:
    return jwt.decode(text, ring.signing("sandbox").key, algorithms=["RS256"]).claims
