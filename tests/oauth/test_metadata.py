"""The documents by which clients find the endpoints (RFC 8414) and the keys (RFC 7517)."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client as DjangoClient
from joserfc import jwt
from joserfc.jwk import KeySet
from pytest_django import Settings

from portal.applications.scopes import available
from portal.edge.environments import ENVIRONMENTS, PRODUCTION, SANDBOX
from portal.oauth.keys import ring, rotate
from tests.conftest import BY_TEST
from tests.oauth.calls import CREDENTIALS, GOOD, post_json, read

METADATA = "/.well-known/oauth-authorization-server"
SANDBOX_METADATA = f"{METADATA}/api/v1/connect"
PRODUCTION_METADATA = f"{METADATA}/v1/connect"
JWKS = "/.well-known/jwks.json"
SANDBOX_JWKS = "/.well-known/jwks/sandbox.json"
PRODUCTION_JWKS = "/.well-known/jwks/production.json"


@pytest.mark.parametrize("path", ["/api/v1/connect", "/v1/connect"])
def test_each_issuer_describes_itself(api: DjangoClient, settings: Settings, path: str) -> None:
    answer = api.get(f"{METADATA}{path}")
    body = answer.json()
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert body["issuer"] == f"{settings.PUBLIC_URL}{path}"
    assert body["token_endpoint"] == f"{settings.PUBLIC_URL}{path}/auth/token"
    assert body["revocation_endpoint"] == f"{settings.PUBLIC_URL}{path}/auth/revoke"
    assert body["introspection_endpoint"] == f"{settings.PUBLIC_URL}{path}/auth/introspect"
    assert body["grant_types_supported"] == ["client_credentials"]
    assert body["response_types_supported"] == []
    for endpoint in ("token", "revocation", "introspection"):
        methods = body[f"{endpoint}_endpoint_auth_methods_supported"]
        assert methods == ["client_secret_basic", "client_secret_post", "private_key_jwt"]
        assert body[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]


def test_each_issuer_names_the_scopes_of_its_environment(api: DjangoClient) -> None:
    for path, environment in zip((SANDBOX_METADATA, PRODUCTION_METADATA), ENVIRONMENTS, strict=True):
        assert api.get(path).json()["scopes_supported"] == list(available(environment))


@pytest.mark.parametrize("path", [SANDBOX_METADATA, PRODUCTION_METADATA])
def test_the_addresses_in_the_metadata_answer(api: DjangoClient, path: str) -> None:
    body = api.get(path).json()
    for name in ("token_endpoint", "revocation_endpoint", "introspection_endpoint"):
        answer = post_json(api, _path(body[name]), **{**GOOD, "client_secret": "wrong"})
        assert answer.json()["error"] == "invalid_client"
    assert api.get(_path(body["jwks_uri"])).json()["keys"]


@pytest.mark.parametrize(
    "path",
    ["", "/", "/api/v1", "/api/v1/connect/", "/api/v2/connect", "/connect", "//v1/connect", "/%00", "/v1/connect%00"],
)
def test_there_is_no_metadata_of_another_issuer(api: DjangoClient, path: str) -> None:
    assert api.get(f"{METADATA}{path}").status_code == 404


def test_the_host_that_a_request_names_is_never_believed(api: DjangoClient, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["attacker.example"]
    assert "attacker" not in api.get(SANDBOX_METADATA, HTTP_HOST="attacker.example").content.decode()


def test_hosts_of_one_environment_describe_that_one_where_both_issuers_have_the_same_path(
    api: DjangoClient, settings: Settings
) -> None:
    settings.SANDBOX_BASE_URL, settings.PRODUCTION_BASE_URL = "https://sandbox.test/v1", "https://api.test/v1"
    settings.SANDBOX_HOSTS, settings.PRODUCTION_HOSTS = ["sandbox.test"], ["api.test"]
    settings.ALLOWED_HOSTS = ["sandbox.test", "api.test"]
    for host in settings.ALLOWED_HOSTS:
        body = api.get(PRODUCTION_METADATA, HTTP_HOST=host).json()
        assert body["issuer"] == f"https://{host}/v1/connect"


def test_the_jwks_never_holds_private_parts(api: DjangoClient) -> None:
    for environment in ENVIRONMENTS:
        rotate(by=BY_TEST, environment=environment)
    for path in (JWKS, SANDBOX_JWKS, PRODUCTION_JWKS):
        answer = api.get(path)
        assert answer["Content-Type"] == "application/json"
        assert answer["Cache-Control"] == "public, max-age=600"
        keys = answer.json()["keys"]
        assert len(keys) == 2
        for key in keys:
            assert key.keys() == {"kty", "n", "e", "kid", "use", "alg"}
            assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")


def test_each_environment_has_keys_of_its_own(api: DjangoClient) -> None:
    sandbox, production = _kids(api, SANDBOX_JWKS), _kids(api, PRODUCTION_JWKS)
    assert sandbox == {ring.signing(SANDBOX).kid}
    assert production == {ring.signing(PRODUCTION).kid}
    assert sandbox.isdisjoint(production)


def test_the_common_jwks_are_those_of_the_host(api: DjangoClient, settings: Settings) -> None:
    assert _kids(api, JWKS) == _kids(api, SANDBOX_JWKS)
    settings.PRODUCTION_HOSTS = settings.ALLOWED_HOSTS = ["api.test"]
    assert _kids(api, JWKS, HTTP_HOST="api.test") == {ring.signing(PRODUCTION).kid}


def test_a_token_can_be_checked_with_the_jwks_alone(api: DjangoClient, token: str) -> None:
    keys = KeySet.import_key_set(api.get(SANDBOX_JWKS).json())
    assert jwt.decode(token, keys, algorithms=["RS256"]).claims["client_id"] == CREDENTIALS["client_id"]
    assert read(api, f"Bearer {token}").status_code == 200


def test_the_documents_can_only_be_read(api: DjangoClient) -> None:
    for path in (SANDBOX_METADATA, JWKS, SANDBOX_JWKS):
        assert api.head(path).status_code == 200
        assert api.post(path, GOOD).status_code == 405


def _path(url: str) -> str:
    return urlsplit(url).path


def _kids(api: DjangoClient, path: str, **extra: Any) -> set[str]:
    keys: Iterable[dict[str, str]] = api.get(path, **extra).json()["keys"]
    return {key["kid"] for key in keys}
