"""Which tokens open nothing, and how that is said (RFC 6750, section 3)."""

import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as DjangoClient
from joserfc import jwk

from portal.applications import actions
from portal.applications.models import Client, ClientSecret
from portal.applications.published import SANDBOX_CLIENT
from portal.audit.models import ApiCall
from portal.edge.environments import PRODUCTION, SANDBOX, Environment
from portal.oauth.keys import ring
from tests.conftest import BY_TEST
from tests.oauth.calls import FORM, JSON, PATIENT, invalid_token, is_problem, read
from tests.oauth.conftest import MakeClient
from tests.oauth.forgery import forge, forge_with_public_key, good_claims, segment

MISSING = 'Bearer realm="OpesCare"'
INVALID = invalid_token("The access token is not valid")
EXPIRED = invalid_token("The access token has expired")
WRONG_ENVIRONMENT = invalid_token("The token belongs to the other environment")


def test_a_forged_token_with_nothing_wrong_is_accepted(api: DjangoClient) -> None:
    """So that each refusal below has one cause."""
    assert read(api, f"Bearer {forge()}").status_code == 200


# --- Where the token stands.


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_may_be_written_in_any_case(api: DjangoClient, token: str, scheme: str) -> None:
    assert read(api, f"{scheme} {token}").status_code == 200


def test_without_a_header_the_challenge_names_no_error(api: DjangoClient) -> None:
    assert is_problem(api.get(PATIENT), 401, "token_missing", MISSING)


@pytest.mark.parametrize(
    "header", ["", "garbage", "Basic YTpi", "Token {}", "{}", "Bearer\t{}", "Bearer,{}", "é", "\xff\xfe", "Beare r {}"]
)
def test_a_header_of_another_kind_is_no_token(api: DjangoClient, token: str, header: str) -> None:
    assert is_problem(read(api, header.format(token)), 401, "token_missing", MISSING)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer garbage",
        "Bearer {0},Bearer {0}",
        "Bearer {0} {0}",
        "Bearer {0}.",
        "Bearer .{0}",
        "Bearer {0}=",
        "Bearer ..",
        "Bearer ....",
        "Bearer é",
        "Bearer 日本",
        "Bearer \ud800",
        "Bearer \x00",
        "Bearer " + "a" * 200_000,
        "Bearer " + ".".join("a" * 50_000 for _ in range(3)),
    ],
    ids=lambda header: ascii(header[:24]),
)
def test_garbage_after_bearer_is_an_invalid_token(api: DjangoClient, token: str, header: str) -> None:
    assert is_problem(read(api, header.replace("{0}", token)), 401, "token_invalid", INVALID)


def test_a_token_in_the_address_is_not_read(api: DjangoClient, token: str) -> None:
    assert is_problem(api.get(f"{PATIENT}&access_token={token}"), 401, "token_missing", MISSING)
    answer = read(api, f"Bearer {token}", QUERY_STRING=f"health_id=OPC-2024-DEMO1&access_token={token}")
    assert is_problem(answer, 400, "invalid_parameter")
    assert token not in answer.content.decode()


@pytest.mark.parametrize("content_type", [FORM, JSON])
def test_a_token_in_the_body_is_not_read(api: DjangoClient, token: str, content_type: str) -> None:
    body = urlencode({"access_token": token}) if content_type == FORM else f'{{"access_token": "{token}"}}'
    answer = api.post(PATIENT.partition("?")[0], body, content_type=content_type)
    assert is_problem(answer, 401, "token_missing", MISSING)


# --- What the token says, and who signed it.


def test_an_expired_token_is_told_from_an_invalid_one(api: DjangoClient) -> None:
    text = forge({"exp": int(time.time()) - 1})
    assert is_problem(read(api, f"Bearer {text}"), 401, "token_expired", EXPIRED)


def test_an_expired_token_that_nobody_signed_is_invalid(api: DjangoClient) -> None:
    text = forge({"exp": 1}, key=jwk.RSAKey.generate_key(2048))
    assert is_problem(read(api, f"Bearer {text}"), 401, "token_invalid", INVALID)


def test_a_changed_payload_is_refused(api: DjangoClient, token: str) -> None:
    header, _, signature = token.split(".")
    text = f"{header}.{segment(good_claims() | {'scope': 'patient:read'})}.{signature}"
    assert is_problem(read(api, f"Bearer {text}"), 401, "token_invalid", INVALID)


def test_a_changed_signature_is_refused(api: DjangoClient, token: str) -> None:
    header, payload, signature = token.split(".")
    flipped = ("B" if signature[9] == "A" else "A").join((signature[:9], signature[10:]))
    for changed in (flipped, signature[:-4], "", signature[::-1], segment(b"\0" * 256)):
        answer = read(api, f"Bearer {header}.{payload}.{changed}")
        assert is_problem(answer, 401, "token_invalid", INVALID)


@pytest.mark.parametrize("alg", ["none", "None", "NONE", ""])
def test_an_unsigned_token_is_refused(api: DjangoClient, alg: str) -> None:
    header = {"alg": alg, "typ": "at+jwt", "kid": ring.signing(SANDBOX).kid}
    for signature in ("", segment(b"\0" * 256)):
        text = f"{segment(header)}.{segment(good_claims())}.{signature}"
        assert is_problem(read(api, f"Bearer {text}"), 401, "token_invalid", INVALID)


def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused(api: DjangoClient) -> None:
    for text in forge_with_public_key():
        assert is_problem(read(api, f"Bearer {text}"), 401, "token_invalid", INVALID)


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256"])
def test_another_algorithm_of_the_right_key_is_refused(api: DjangoClient, alg: str) -> None:
    assert is_problem(read(api, f"Bearer {forge(header={'alg': alg})}"), 401, "token_invalid", INVALID)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"typ": "AT+JWT+x"},
        {"kid": "unknown"},
        {"kid": None},
        {"kid": ""},
        {"kid": "' OR 1=1 --"},
        {"jku": "https://attacker.example/jwks.json", "kid": "attacker"},
    ],
    ids=str,
)
def test_another_type_or_key_id_is_refused(api: DjangoClient, header: dict[str, Any]) -> None:
    assert is_problem(read(api, f"Bearer {forge(header=header)}"), 401, "token_invalid", INVALID)


def test_a_key_that_the_token_brings_along_is_not_used(api: DjangoClient) -> None:
    key = jwk.RSAKey.generate_key(2048)
    text = forge(header={"jwk": key.as_dict(private=False)}, key=key)
    assert is_problem(read(api, f"Bearer {text}"), 401, "token_invalid", INVALID)


@pytest.mark.parametrize(
    "header",
    [
        [],
        "text",
        1,
        None,
        {},
        {"alg": "RS256"},
        {"alg": ["RS256"], "typ": "at+jwt"},
        {"alg": "RS256", "kid": []},
        {"alg": "RS256", "kid": {}},
        {"alg": "RS256", "typ": []},
        {"alg": "RS256", "crit": ["exp"], "exp": 1},
        {"alg": "RS256", "crit": 1},
        {"alg": "RS256", "crit": [["exp"]]},
        {"alg": "RS256", "b64": False, "crit": ["b64"]},
        b"\xff",
        b"[" * 380,
        b"[" * 5_000,
        b"[" * 90_000,
        b'{"alg":NaN}',
    ],
    ids=lambda header: repr(header)[:32],
)
def test_a_malformed_token_header_is_refused(api: DjangoClient, header: object) -> None:
    for payload in (good_claims(), b"[" * 5_000):
        answer = read(api, f"Bearer {segment(header)}.{segment(payload)}.{segment(b'x' * 256)}")
        assert is_problem(answer, 401, "token_invalid", INVALID)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://attacker.example"},
        {"iss": "http://localhost/api/v1/connect/"},
        {"aud": "https://attacker.example"},
        {"aud": []},
        {"env": "production"},
        {"env": ""},
        {"client_id": "nobody_knows_me"},
        {"cred": "secret:0"},
        {"cred": "secret:999999"},
        {"cred": "key:unknown"},
        {"cred": ""},
    ],
    ids=str,
)
def test_claims_that_do_not_fit_are_refused(api: DjangoClient, claims: dict[str, Any]) -> None:
    assert is_problem(read(api, f"Bearer {forge(claims)}"), 401, "token_invalid", INVALID)


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "client_id", "scope", "jti", "iat", "exp", "env", "cred"])
def test_a_token_without_one_of_its_claims_is_refused(api: DjangoClient, name: str) -> None:
    assert is_problem(read(api, f"Bearer {forge(without=name)}"), 401, "token_invalid", INVALID)


# --- Sandbox and production.


def test_the_issuer_and_audience_of_the_other_environment_are_refused(
    api: DjangoClient, make_client: MakeClient
) -> None:
    production = _production_client(make_client)
    other = good_claims(PRODUCTION)
    for claims in ({"iss": other["iss"]}, {"aud": other["aud"]}, {"iss": other["iss"], "aud": other["aud"]}):
        assert is_problem(read(api, f"Bearer {forge(claims)}"), 401, "token_invalid", INVALID)
    assert production.environment == PRODUCTION


def test_a_token_signed_by_the_key_of_the_other_environment_is_refused(
    api: DjangoClient, make_client: MakeClient
) -> None:
    _production_client(make_client)
    pairs: list[tuple[Environment, Environment]] = [(SANDBOX, PRODUCTION), (PRODUCTION, SANDBOX)]
    for mine, other in pairs:
        signing = ring.signing(other)
        text = forge(environment=mine, header={"kid": signing.kid}, key=signing.key)
        assert is_problem(read(api, f"Bearer {text}"), 401, "token_invalid", INVALID)


def test_a_key_signs_only_for_clients_of_its_environment(api: DjangoClient, make_client: MakeClient) -> None:
    production = _production_client(make_client)
    secret = ClientSecret.objects.get(client=production)
    claims = {"client_id": production.client_id, "sub": production.client_id, "cred": f"secret:{secret.pk}"}
    assert is_problem(read(api, f"Bearer {forge(claims)}"), 401, "token_invalid", INVALID)


# --- What was good once.


def test_tokens_end_with_the_scopes_of_their_client(api: DjangoClient, token: str) -> None:
    assert read(api, f"Bearer {token}").status_code == 200
    client = Client.objects.get(client_id=SANDBOX_CLIENT.client_id)
    client.scopes = ["blood:inventory:read"]
    client.save()
    actions.restore_client(by=BY_TEST, client=client)  # makes every process read the client again
    answer = read(api, f"Bearer {token}")
    assert answer.status_code == 403


def test_a_token_without_the_scope_is_told_which_one_it_needs(api: DjangoClient) -> None:
    challenge = (
        'Bearer realm="OpesCare", error="insufficient_scope", '
        'error_description="This call needs the scope patient:profile:read or patient:read.", '
        'scope="patient:profile:read patient:read"'
    )
    answer = read(api, f"Bearer {forge({'scope': 'blood:inventory:read'})}")
    assert is_problem(answer, 403, "insufficient_scope", challenge)


def test_scopes_that_the_client_never_had_are_not_believed(api: DjangoClient) -> None:
    assert read(api, f"Bearer {forge({'scope': 'patient:read facility:sync'})}").status_code == 403


def test_the_ledger_records_a_refused_token(api: DjangoClient) -> None:
    read(api, f"Bearer {forge({'exp': 1})}")
    row = ApiCall.objects.get()
    assert (row.outcome, row.status, row.error_code) == ("denied", 401, "token_expired")
    assert row.client_id == SANDBOX_CLIENT.client_id, "we signed it, so the client's log shows it"
    assert row.application_id
    assert row.token_id
    assert row.credential == "", "a refused token is no use of its secret"


def test_the_ledger_names_no_client_by_a_token_that_was_not_signed_here(api: DjangoClient) -> None:
    header, claims, _signature = forge({}).split(".")
    read(api, f"Bearer {header}.{claims}.AAAA")
    row = ApiCall.objects.get()
    assert (row.error_code, row.client_id, row.application_id, row.token_id) == ("token_invalid", "", None, "")


def _production_client(make_client: MakeClient) -> Client:
    client = make_client(PRODUCTION)
    actions.add_secret(by=BY_TEST, client=client)
    return client
