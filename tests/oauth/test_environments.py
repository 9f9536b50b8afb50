"""Hosts that are kept for one environment refuse the credentials of the other."""

from typing import Any

import pytest
from django.test import Client as DjangoClient
from pytest_django import Settings

from portal.applications import actions
from portal.edge.environments import ENVIRONMENTS, PRODUCTION, Environment
from tests.conftest import BY_TEST
from tests.oauth.assertions import ask, jwks, key_for, sign
from tests.oauth.calls import INTROSPECT, REVOKE, TOKEN, invalid_token, is_oauth_error, is_problem, read
from tests.oauth.conftest import MakeClient

HOSTS: dict[Environment, str] = {"sandbox": "sandbox.test", "production": "api.test"}
OTHER: dict[Environment, Environment] = {"sandbox": "production", "production": "sandbox"}
WRONG = invalid_token("The token belongs to the other environment")

Credentials = dict[Environment, dict[str, str]]


@pytest.fixture
def credentials(make_client: MakeClient) -> Credentials:
    """Return the credentials of a client of each environment."""
    found: Credentials = {}
    for environment in ENVIRONMENTS:
        client = make_client(environment)
        secret = actions.add_secret(by=BY_TEST, client=client)
        found[environment] = {"client_id": client.client_id, "client_secret": secret}
    return found


@pytest.fixture
def hosts(settings: Settings) -> None:
    """Keep a host for each environment, and one for neither."""
    settings.SANDBOX_HOSTS, settings.PRODUCTION_HOSTS = ["sandbox.test"], ["api.test"]
    settings.ALLOWED_HOSTS = ["sandbox.test", "api.test", "developers.test"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_token_reads_at_its_own_host_and_at_a_host_of_neither(
    api: DjangoClient, credentials: Credentials, hosts: None, environment: Environment
) -> None:
    text = _token(api, credentials[environment], HOSTS[environment])
    for host in (HOSTS[environment], "developers.test", HOSTS[environment].upper(), f"{HOSTS[environment]}:8443"):
        assert read(api, f"Bearer {text}", HTTP_HOST=host).status_code in {200, 404}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_token_of_the_other_environment_is_refused(
    api: DjangoClient, credentials: Credentials, hosts: None, environment: Environment
) -> None:
    text = _token(api, credentials[OTHER[environment]], HOSTS[OTHER[environment]])
    for host in (HOSTS[environment], HOSTS[environment].upper(), f"{HOSTS[environment]}:8443"):
        answer = read(api, f"Bearer {text}", HTTP_HOST=host)
        assert is_problem(answer, 401, "wrong_environment", WRONG)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_client_of_the_other_environment_gets_no_token(
    api: DjangoClient, credentials: Credentials, hosts: None, environment: Environment
) -> None:
    host = HOSTS[OTHER[environment]]
    for path in (TOKEN, REVOKE, INTROSPECT):
        answer = _post(api, path, host, grant_type="client_credentials", token="x", **credentials[environment])
        assert is_oauth_error(answer, 400, "unauthorized_client")


def test_an_assertion_of_the_other_environment_gets_no_token(
    api: DjangoClient, make_client: MakeClient, settings: Settings
) -> None:
    settings.PRODUCTION_HOSTS = settings.ALLOWED_HOSTS = ["testserver"]
    client = make_client(jwks=jwks(key_for("RS384")))
    assert is_oauth_error(ask(api, sign(client.client_id)), 400, "unauthorized_client")


def test_a_wrong_secret_does_not_learn_the_environment(
    api: DjangoClient, credentials: Credentials, hosts: None
) -> None:
    guess = {**credentials[PRODUCTION], "client_secret": "guess"}
    answer = _post(api, TOKEN, "sandbox.test", grant_type="client_credentials", **guess)
    assert is_oauth_error(answer, 401, "invalid_client")


def test_without_kept_hosts_the_credential_alone_decides(api: DjangoClient, credentials: Credentials) -> None:
    for environment in ENVIRONMENTS:
        text = _token(api, credentials[environment], "testserver")
        assert read(api, f"Bearer {text}").status_code in {200, 404}


def test_a_host_that_is_not_ours_is_refused(api: DjangoClient, credentials: Credentials, hosts: None) -> None:
    for host in ("attacker.example", "a b", "", "[::", "x" * 5_000):
        answer = _post(api, TOKEN, host, grant_type="client_credentials", **credentials["sandbox"])
        assert is_problem(answer, 400, "unknown_host")


def _post(api: DjangoClient, path: str, host: str, **parameters: str) -> Any:
    return api.post(path, parameters, content_type="application/json", HTTP_HOST=host)


def _token(api: DjangoClient, credentials: dict[str, str], host: str) -> str:
    text: str = _post(api, TOKEN, host, grant_type="client_credentials", **credentials).json()["access_token"]
    return text
