"""What was granted is good in production alone: no credential, key, token or row of one environment in the other.

For clients in general tests/oauth and tests/openapi prove this; here it is the two clients of one application.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from portal.applications import actions as applications
from portal.applications.clients import clients
from portal.applications.feed import feed
from portal.applications.models import Client
from portal.applications.scopes import available
from portal.approvals.grants.probing import start_probe
from portal.approvals.models import Probe
from portal.approvals.moving import NotAllowedError
from portal.approvals.reviewing import Terms
from portal.connect.models import Patient, Record
from portal.edge.environments import ENVIRONMENTS, PRODUCTION, SANDBOX, Environment
from portal.sealing import unseal
from tests.approvals.grants import opened
from tests.approvals.requests import BY_DEVELOPER
from tests.cast import BY_TEST, Cast
from tests.connect.pushing import encounter
from tests.connect.test_resolve import NEW
from tests.oauth.assertions import TYPE, jwks, key_for, sign
from tests.oauth.calls import INTROSPECT, REVOKE, TOKEN
from tests.oauth.forgery import forge, good_claims
from tests.openapi.calls import clinical, send, usual
from tests.openapi.parties import Party
from tests.openapi.test_another_applications_data import Belongings, reads, refusals, store_all

HOSTS: dict[Environment, str] = {SANDBOX: "sandbox.test", PRODUCTION: "api.test"}
OTHER: dict[Environment, Environment] = {SANDBOX: PRODUCTION, PRODUCTION: SANDBOX}


@dataclass
class Pair:
    """The two clients of one application, each with its secret."""

    api: Browser
    clients: dict[Environment, Client]
    secrets: dict[Environment, str]
    probe: Probe

    def ask(self, at: Environment, path: str = TOKEN, **parameters: str) -> Any:
        asked = {"grant_type": "client_credentials", "token": "x", **parameters}
        return self.api.post(path, asked, content_type="application/json", HTTP_HOST=HOSTS[at])

    def credentials(self, of: Environment) -> dict[str, str]:
        return {"client_id": self.clients[of].client_id, "client_secret": self.secrets[of]}

    def token(self, of: Environment) -> str:
        return str(self.ask(of, **self.credentials(of)).json()["access_token"])

    def refused_everywhere(self, token: str, at: Environment, code: str) -> list[str]:
        """Return the operations of the document that do not refuse the token like this."""
        answers = {}
        for operation in clinical():
            example = usual(operation)
            answer = send(self.api, operation, example.arguments, token, Host=HOSTS[at], **example.headers)
            answers[operation.id] = (answer.status_code, answer.json().get("code"))
        return [f"{name}: {answer}" for name, answer in answers.items() if answer != (401, code)]


@pytest.fixture
def pair(cast: Cast, sandbox: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Return an application that has every scope of production, where each environment has hosts of its own."""
    monkeypatch.setattr("portal.applications.feed.INTERVAL", 0.0)
    applications.set_scopes(by=BY_TEST, client=cast.sandbox_client, scopes=list(available(SANDBOX)))
    settings.SENSITIVE_SCOPES = []
    reasons = dict.fromkeys(available(PRODUCTION), "Needed.")
    grant, secret = opened(cast, Terms(facilities=["NG-LOS-H1"]), **reasons)
    settings.SANDBOX_HOSTS, settings.PRODUCTION_HOSTS = [HOSTS[SANDBOX]], [HOSTS[PRODUCTION]]
    settings.ALLOWED_HOSTS = [*HOSTS.values(), "testserver"]
    both: dict[Environment, Client] = {SANDBOX: cast.sandbox_client, PRODUCTION: grant.client}
    yield Pair(Browser(), both, {SANDBOX: cast.secret, PRODUCTION: secret}, grant.probes.get())
    for memory in (feed, clients):
        memory.reset()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_credential_works_where_it_belongs(pair: Pair, environment: Environment) -> None:
    """So that each refusal below has one cause."""
    assert pair.ask(environment, **pair.credentials(environment)).status_code == 200
    token, wrong = pair.token(environment), []
    for operation in clinical():
        if set(operation.scopes) & set(available(environment)):
            answer = send(pair.api, operation, usual(operation).arguments, token, Host=HOSTS[environment])
            wrong += [operation.id] if answer.status_code == 401 else []
    assert wrong == []


@pytest.mark.parametrize("path", [TOKEN, REVOKE, INTROSPECT])
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_secrets_do_not_cross(pair: Pair, environment: Environment, path: str) -> None:
    own, other = pair.credentials(environment), pair.credentials(OTHER[environment])
    crossed = {**own, "client_secret": other["client_secret"]}
    for at in ENVIRONMENTS:
        assert pair.ask(at, path, **crossed).json()["error"] == "invalid_client"
    assert pair.ask(OTHER[environment], path, **own).json()["error"] == "unauthorized_client"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_tokens_do_not_cross_at_any_operation(pair: Pair, environment: Environment) -> None:
    token = pair.token(environment)
    assert pair.refused_everywhere(token, OTHER[environment], "wrong_environment") == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_signing_keys_do_not_cross_at_any_operation(pair: Pair, environment: Environment) -> None:
    """What one environment's key has signed in the name of the other's client opens nothing in either."""
    claims = good_claims(OTHER[environment])
    secret = pair.clients[OTHER[environment]].secrets.get()
    claims |= {"sub": secret.client.client_id, "client_id": secret.client.client_id, "cred": f"secret:{secret.pk}"}
    for at in ENVIRONMENTS:
        assert pair.refused_everywhere(forge(claims, environment=environment), at, "token_invalid") == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_registered_keys_do_not_cross(pair: Pair, environment: Environment) -> None:
    client = pair.clients[environment]
    applications.set_public_keys(by=BY_TEST, client=client, jwks=jwks(key_for("RS384")))
    for at in ENVIRONMENTS:
        assertion = sign(pair.clients[OTHER[environment]].client_id)
        answer = pair.ask(at, client_assertion_type=TYPE, client_assertion=assertion)
        assert answer.json()["error"] == "invalid_client", answer.json()


def test_the_sealed_secret_of_a_probe_is_good_for_production_alone(pair: Pair) -> None:
    secret = unseal(pair.probe.sealed).decode()
    assert secret == pair.secrets[PRODUCTION]
    assert pair.ask(SANDBOX, **{**pair.credentials(SANDBOX), "client_secret": secret}).status_code == 401
    pair.probe.delete()
    with pytest.raises(NotAllowedError, match="no secret of"):
        start_probe(by=BY_DEVELOPER, grant=pair.probe.grant, secret=pair.secrets[SANDBOX])


@pytest.mark.parametrize("asks", ENVIRONMENTS)
def test_a_scope_of_the_other_environment_is_not_given(pair: Pair, asks: Environment) -> None:
    only_there = set(available(OTHER[asks])) - set(available(asks))
    for scope in only_there:
        answer = pair.ask(asks, **pair.credentials(asks), scope=scope)
        assert answer.json()["error"] == "invalid_scope"
    assert bool(only_there) is (asks == PRODUCTION), "the sandbox has every scope"


def test_what_the_sandbox_holds_is_not_in_production(pair: Pair, full_sandbox: None) -> None:
    """Neither the people of the guides nor anything that the same application has stored there."""
    sandbox, granted = (Party(one, pair.clients[one].client_id) for one in ENVIRONMENTS)
    stored, token = store_all(pair.api, sandbox), pair.token(PRODUCTION)
    before = reads(pair.api, sandbox, stored)
    everybodys = Belongings("OPC-2024-DEMO1", stored.locations)
    rows = Record.objects.count()
    for mine in (stored, everybodys):
        wrong = {}
        for operation in clinical():
            if not set(operation.scopes) & set(available(granted.environment)):
                continue
            arguments = mine.named_in(operation, usual(operation).arguments)
            answer = send(pair.api, operation, arguments, token, Host=HOSTS[PRODUCTION])
            told = [word for word in stored.words() if word in answer.content.decode()]
            if arguments != usual(operation).arguments and (told or refusals(answer, {403, 404})):
                wrong[operation.id] = (answer.status_code, told)
        assert wrong == {}
    assert Record.objects.count() == rows
    assert reads(pair.api, sandbox, stored) == before


def test_what_production_holds_is_not_in_the_sandbox(pair: Pair) -> None:
    """The same person is somebody else there, and the facilities of the grant bind production alone."""
    sandbox, granted = (Party(one, pair.clients[one].client_id) for one in ENVIRONMENTS)
    at_home, there = (
        {"HTTP_HOST": HOSTS[one], "headers": {"Authorization": f"Bearer {pair.token(one)}"}}
        for one in (PRODUCTION, SANDBOX)
    )

    def post(path: str, body: dict[str, Any], caller: dict[str, Any]) -> Any:
        return pair.api.post(f"/v1/connect/{path}", body, content_type="application/json", **caller)

    made = post("patients/resolve", NEW, at_home)
    health_id = made.json()["health_id"]
    assert made.status_code == 201
    assert post("records/encounters", encounter(health_id=health_id), at_home).status_code == 201
    elsewhere = encounter(health_id=health_id, facility_code="NG-LOS-C9", source_id="V2")
    assert post("records/encounters", elsewhere, at_home).json()["code"] == "facility_not_granted"

    for body in (encounter(health_id=health_id, source_id="V3"), elsewhere):
        assert post("records/encounters", body, there).json()["code"] == "not_found"
    read = pair.api.get(f"/v1/connect/patients/{health_id}", **there)  # type: ignore[arg-type]
    assert read.status_code == 404
    double = post("patients/resolve", NEW, there)
    assert (double.status_code, double.json()["health_id"] != health_id) == (201, True)
    kept = Patient.objects.filter(health_id__in=[health_id, double.json()["health_id"]])
    assert sorted(kept.values_list("dataset__kind", flat=True)) == ["application", "production"]
    clients_of_records = set(Record.objects.values_list("client_id", flat=True))
    assert sandbox.client_id not in clients_of_records
    assert granted.client_id in clients_of_records
