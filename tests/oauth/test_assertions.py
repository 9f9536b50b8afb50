"""Clients that authenticate with a signed assertion (`private_key_jwt`, RFC 7523), and assertions that are refused."""

import hmac
import time
from typing import Any

import pytest
from django.test import Client as DjangoClient
from joserfc.jwk import ECKey, RSAKey

from portal.applications import actions
from portal.applications.models import Client
from portal.audit.models import ApiCall
from portal.edge.environments import PRODUCTION, SANDBOX, base_url
from portal.oauth.models import UsedAssertion
from portal.oauth.tokens import issuer
from tests.conftest import BY_TEST
from tests.oauth.assertions import LOST, ask, jwks, key_for, sign
from tests.oauth.calls import FORM, INTROSPECT, REVOKE, TOKEN, is_oauth_error, post, post_json, read
from tests.oauth.conftest import MakeClient
from tests.oauth.forgery import segment


@pytest.fixture
def holder(make_client: MakeClient) -> Client:
    """Return a client that has keys and no secret."""
    return make_client(jwks=jwks(key_for("RS384"), key_for("ES384")))


@pytest.mark.parametrize("alg", ["RS384", "ES384"])
def test_an_assertion_gets_a_token_that_reads(api: DjangoClient, holder: Client, alg: str) -> None:
    answer = ask(api, sign(holder.client_id, alg=alg))
    assert answer.status_code == 200
    assert read(api, f"Bearer {answer.json()['access_token']}").status_code == 200
    row = ApiCall.objects.order_by("id")[0]
    assert (row.client_id, row.credential) == (holder.client_id, f"key:{key_for(alg).kid}")


def test_an_assertion_works_in_a_form_and_beside_its_client_id(api: DjangoClient, holder: Client) -> None:
    kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
    body = (
        f"grant_type=client_credentials&client_id={holder.client_id}"
        f"&client_assertion_type={kind}&client_assertion={sign(holder.client_id)}"
    )
    assert post(api, TOKEN, body, FORM).status_code == 200


@pytest.mark.parametrize("aud", ["issuer", "endpoint", "one of several"])
def test_an_assertion_may_name_the_issuer_or_the_token_endpoint(api: DjangoClient, holder: Client, aud: str) -> None:
    endpoint = f"{base_url(SANDBOX)}/connect/auth/token"
    values = {"issuer": issuer(SANDBOX), "endpoint": endpoint, "one of several": ["https://other.example", endpoint]}
    assert ask(api, sign(holder.client_id, aud=values[aud])).status_code == 200


def test_a_client_with_one_key_need_not_name_it(api: DjangoClient, make_client: MakeClient) -> None:
    client = make_client(jwks=jwks(key_for("RS384")))
    answer = ask(api, sign(client.client_id, header={"kid": LOST}))
    assert read(api, f"Bearer {answer.json()['access_token']}").status_code == 200


def test_an_assertion_may_live_for_five_minutes(api: DjangoClient, holder: Client) -> None:
    assert ask(api, sign(holder.client_id, exp=int(time.time()) + 300)).status_code == 200


def test_an_assertion_introspects_and_revokes(api: DjangoClient, holder: Client) -> None:
    text = ask(api, sign(holder.client_id)).json()["access_token"]
    for path in (INTROSPECT, REVOKE):
        parameters = {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": sign(holder.client_id),
            "token": text,
        }
        assert post_json(api, path, **parameters).status_code == 200


def test_a_key_taken_away_ends_its_tokens(api: DjangoClient, holder: Client) -> None:
    texts = [ask(api, sign(holder.client_id, alg=alg)).json()["access_token"] for alg in ("RS384", "ES384")]
    holder.jwks = jwks(key_for("ES384"))
    holder.save()
    actions.restore_client(by=BY_TEST, client=holder)  # makes every process read the client again
    assert [read(api, f"Bearer {text}").status_code for text in texts] == [401, 200]
    assert is_oauth_error(ask(api, sign(holder.client_id)), 401, "invalid_client")


def test_an_assertion_is_good_once(api: DjangoClient, holder: Client) -> None:
    assertion = sign(holder.client_id)
    assert ask(api, assertion).status_code == 200
    assert is_oauth_error(ask(api, assertion), 401, "invalid_client")
    again = sign(holder.client_id, alg="ES384", jti="the same")
    assert ask(api, again).status_code == 200
    assert is_oauth_error(ask(api, sign(holder.client_id, jti="the same")), 401, "invalid_client")


def test_two_clients_may_use_the_same_jti(api: DjangoClient, make_client: MakeClient) -> None:
    for _ in range(2):
        client = make_client(jwks=jwks(key_for("RS384")))
        assert ask(api, sign(client.client_id, jti="1")).status_code == 200


def test_a_refused_assertion_does_not_use_up_the_jti_of_a_good_one(api: DjangoClient, holder: Client) -> None:
    faults: list[dict[str, Any]] = [
        {"key": RSAKey.generate_key(2048)},
        {"aud": "https://other.example"},
        {"exp": 1},
    ]
    for fault in faults:
        ask(api, sign(holder.client_id, header={"kid": key_for("RS384").kid}, jti="mine", **fault))
    assert not UsedAssertion.objects.exists()
    assert ask(api, sign(holder.client_id, jti="mine")).status_code == 200


NOW = int(time.time())


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW + 3600},
        {"exp": NOW + 86_400 * 365},
        {"exp": NOW - 60},
        {"exp": LOST},
        {"exp": "soon"},
        {"exp": None},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"exp": -float("inf")},
        {"exp": 10**400},
        {"exp": [NOW]},
        {"nbf": NOW + 3600},
        {"nbf": "later"},
        {"iat": NOW + 3600},
        {"iat": {}},
        {"aud": "https://other.example"},
        {"aud": LOST},
        {"aud": []},
        {"aud": {}},
        {"aud": None},
        {"aud": f"{base_url(SANDBOX)}/connect/auth/introspect"},
        {"iss": "somebody_else"},
        {"iss": LOST},
        {"iss": None},
        {"sub": "demo_dev_sandbox"},
        {"sub": "nobody_knows_me"},
        {"sub": "nobody_knows_me", "iss": "nobody_knows_me"},
        {"sub": LOST},
        {"sub": ["a"]},
        {"sub": ""},
        {"sub": "a\x00b"},
        {"jti": LOST},
        {"jti": ""},
        {"jti": 1},
        {"jti": ["a"]},
        {"jti": "a\x00b"},
        {"header": {"kid": "unknown"}},
        {"header": {"kid": LOST}},
        {"header": {"kid": ""}},
    ],
    ids="-".join,
)
def test_an_assertion_that_says_something_else_is_refused(
    api: DjangoClient, holder: Client, changes: dict[str, Any]
) -> None:
    assert is_oauth_error(ask(api, sign(holder.client_id, **changes)), 401, "invalid_client")


def test_other_algorithms_are_refused(api: DjangoClient, make_client: MakeClient) -> None:
    for alg in ("RS256", "RS512", "PS256", "PS384", "ES256", "ES512"):
        key = ECKey.generate_key("P-521", auto_kid=True) if alg == "ES512" else key_for(alg)
        client = with_stored_keys(make_client(), jwks(key))
        assertion = sign(client.client_id, alg=alg, key=key)
        assert is_oauth_error(ask(api, assertion), 401, "invalid_client")


def test_an_assertion_of_another_key_is_refused(api: DjangoClient, holder: Client) -> None:
    stranger = RSAKey.generate_key(2048)
    own_kid = {"kid": key_for("RS384").kid}
    assert is_oauth_error(ask(api, sign(holder.client_id, key=stranger, header=own_kid)), 401, "invalid_client")
    brought = {**own_kid, "jwk": stranger.as_dict(private=False)}
    assert is_oauth_error(ask(api, sign(holder.client_id, key=stranger, header=brought)), 401, "invalid_client")


def test_an_unsigned_assertion_is_refused(api: DjangoClient, holder: Client) -> None:
    payload = sign(holder.client_id).split(".")[1]
    for alg in ("none", "None", ""):
        header = segment({"alg": alg, "kid": key_for("RS384").kid})
        for signature in ("", segment(b"\0" * 256)):
            assert is_oauth_error(ask(api, f"{header}.{payload}.{signature}"), 401, "invalid_client")


def test_an_assertion_signed_with_the_public_key_as_a_shared_secret_is_refused(
    api: DjangoClient, holder: Client
) -> None:
    key = key_for("RS384")
    payload = sign(holder.client_id).split(".")[1]
    for alg, digest in (("HS256", "sha256"), ("HS384", "sha384")):
        signed = f"{segment({'alg': alg, 'kid': key.kid})}.{payload}"
        mac = hmac.digest(key.as_pem(private=False), signed.encode(), digest)
        assert is_oauth_error(ask(api, f"{signed}.{segment(mac)}"), 401, "invalid_client")


def test_a_changed_assertion_is_refused(api: DjangoClient, holder: Client) -> None:
    header, payload, signature = sign(holder.client_id).split(".")
    other = sign(holder.client_id).split(".")
    for parts in ((header, other[1], signature), (header, payload, other[2]), (header, payload, "")):
        assert is_oauth_error(ask(api, ".".join(parts)), 401, "invalid_client")


@pytest.mark.parametrize(
    "assertion",
    [
        "x",
        "..",
        "a.b.c",
        "....",
        "é.é.é",
        "a" * 200_000,
        f"{segment([])}.{segment({})}.x",
        f"{segment('text')}.{segment({})}.x",
        f"{segment(1)}.{segment({})}.x",
        f"{segment({})}.{segment({})}.x",
        f"{segment({'alg': 'RS384'})}.{segment([])}.AAAA",
        f"{segment({'alg': 'RS384'})}.{segment(None)}.AAAA",
        f"{segment({'alg': ['RS384']})}.{segment({'sub': 'x'})}.AAAA",
        f"{segment(b'[' * 380)}.{segment({})}.AAAA",
        f"{segment(b'[' * 90_000)}.{segment({})}.AAAA",
        f"{segment({'alg': 'RS384'})}.{segment(b'[' * 90_000)}.AAAA",
        f"{segment({'alg': 'RS384'})}.{segment(b'1' * 5_000)}.AAAA",
        f"{segment({'alg': 'RS384'})}.{segment(bytes([0xFF]))}.AAAA",
    ],
    ids=lambda assertion: assertion[:24],
)
def test_garbage_is_no_assertion(api: DjangoClient, assertion: str) -> None:
    assert is_oauth_error(ask(api, assertion), 401, "invalid_client")


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "RS384", "kid": []},
        {"alg": "RS384", "kid": {}},
        {"alg": "RS384", "kid": 1},
        {"alg": "RS384", "crit": 1},
        {"alg": "RS384", "crit": ["exp"], "exp": 1},
        {"alg": "RS384", "crit": ["b64"], "b64": False},
        {"alg": "RS384", "crit": [["exp"]]},
        {"alg": ["RS384"]},
        {"alg": {}},
        {"alg": None},
        {"alg": "RS384", "typ": []},
        {"alg": "RS384", "x5c": 1},
    ],
    ids=str,
)
def test_a_malformed_assertion_header_is_refused(
    api: DjangoClient, make_client: MakeClient, header: dict[str, Any]
) -> None:
    client = make_client(jwks=jwks(key_for("RS384")))
    payload = sign(client.client_id).split(".")[1]
    for kid in ({}, {"kid": key_for("RS384").kid}):
        assertion = f"{segment({**kid, **header})}.{payload}.{segment(b'x' * 256)}"
        assert is_oauth_error(ask(api, assertion), 401, "invalid_client")


def with_stored_keys(client: Client, jwks: Any) -> Client:
    """Put a key set into the database past the checks, as an older version might have left it."""
    Client.objects.filter(pk=client.pk).update(jwks=jwks)
    return client


@pytest.mark.parametrize(
    "registered",
    [
        None,
        {},
        {"keys": []},
        {"keys": None},
        {"keys": "text"},
        {"keys": [None]},
        {"keys": [{}]},
        {"keys": [{"kty": "RSA"}]},
        {"keys": [{"kty": "RSA", "n": 1, "e": []}]},
        {"keys": [{"kty": "oct", "k": "AAAA"}]},
        {"keys": [{"kty": "unknown"}]},
        {"keys": [{"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}]},
        [],
        [{"kty": "RSA"}],
    ],
    ids=str,
)
def test_a_client_with_an_unusable_key_set_is_refused(
    api: DjangoClient, make_client: MakeClient, registered: Any
) -> None:
    client = with_stored_keys(make_client(), registered)
    for header in ({}, {"kid": LOST}):
        assertion = sign(client.client_id, header=header)
        assert is_oauth_error(ask(api, assertion), 401, "invalid_client")


def test_a_key_without_an_id_opens_nothing_because_its_tokens_could_not_be_ended(
    api: DjangoClient, make_client: MakeClient
) -> None:
    nameless = {name: value for name, value in key_for("RS384").as_dict(private=False).items() if name != "kid"}
    client = with_stored_keys(make_client(), {"keys": [nameless]})
    assertion = sign(client.client_id, header={"kid": LOST})
    assert is_oauth_error(ask(api, assertion), 401, "invalid_client")


def test_two_keys_of_one_id_are_refused(api: DjangoClient, make_client: MakeClient) -> None:
    twins = [key.as_dict(private=False) | {"kid": "same"} for key in (key_for("RS384"), key_for("ES384"))]
    client = with_stored_keys(make_client(), {"keys": twins})
    assert is_oauth_error(ask(api, sign(client.client_id, header={"kid": "same"})), 401, "invalid_client")


def test_an_assertion_for_the_other_environment_is_refused(api: DjangoClient, make_client: MakeClient) -> None:
    production = make_client(PRODUCTION, jwks=jwks(key_for("RS384")))
    assert is_oauth_error(ask(api, sign(production.client_id)), 401, "invalid_client")
    assert ask(api, sign(production.client_id, aud=issuer(PRODUCTION))).status_code == 200


def test_the_client_id_beside_an_assertion_must_be_its_own(api: DjangoClient, holder: Client) -> None:
    answer = ask(api, sign(holder.client_id), client_id="demo_dev_sandbox")
    assert is_oauth_error(answer, 401, "invalid_client")


def test_an_unknown_client_and_a_wrong_signature_get_the_same_answer(api: DjangoClient, holder: Client) -> None:
    stranger = RSAKey.generate_key(2048, auto_kid=True)
    unknown = ask(api, sign("nobody_knows_me", key=stranger))
    wrong = ask(api, sign(holder.client_id, key=stranger))
    assert is_oauth_error(unknown, 401, "invalid_client")
    assert unknown.content == wrong.content


def test_a_suspended_client_gets_unauthorized_client(api: DjangoClient, holder: Client) -> None:
    actions.suspend_client(by=BY_TEST, client=holder, reason="lost laptop")
    assert is_oauth_error(ask(api, sign(holder.client_id)), 400, "unauthorized_client")
