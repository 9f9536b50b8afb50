"""The OAuth clients that Node programs use get a token from a real server and read a patient with it."""

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from portal.applications.published import SANDBOX_CLIENT
from tests.clients.conftest import LOCK, RunNode
from tests.servers import Server

SCOPE = "patient:profile:read lab:results:read"
CREDENTIALS = {
    "client_id": SANDBOX_CLIENT.client_id,
    "client_secret": SANDBOX_CLIENT.client_secret,
    "scope": SCOPE,
}

CREATE_KEY_CLIENT = """
import json
from portal.accounts.models import Organisation
from portal.applications import actions
from portal.audit.actions import Actor

by, jwk = Actor.operator("test"), json.loads({public!r})
organisation, _ = Organisation.objects.get_or_create(name="Key holders")
application = actions.create_application(by=by, organisation=organisation, name=jwk["kid"])
scopes = ["patient:profile:read", "lab:results:read"]
print(actions.create_client(
    by=by, application=application, environment="sandbox", scopes=scopes, jwks={{"keys": [jwk]}}
).client_id)
"""


@pytest.fixture
def issuer(live: Server) -> str:
    return f"{live.base_url}/connect"


@pytest.mark.parametrize("method", ["basic", "post"])
def test_openid_client_finds_the_endpoints_reads_a_patient_introspects_and_revokes(
    run_node: RunNode, issuer: str, patient_url: str, method: str
) -> None:
    output = run_node("openid_client.mjs", issuer=issuer, patient_url=patient_url, method=method, **CREDENTIALS)
    assert output["scope"] == SCOPE
    assert 3590 <= output["expires_in"] <= 3600
    assert output["patient"]["health_id"] == "OPC-2024-DEMO1"
    assert output["before"]["active"] is True
    assert output["before"]["client_id"] == SANDBOX_CLIENT.client_id
    assert output["after"] == {"active": False}


def test_openid_client_understands_the_challenge_of_a_revoked_token(
    run_node: RunNode, issuer: str, patient_url: str
) -> None:
    output = run_node("openid_client.mjs", issuer=issuer, patient_url=patient_url, method="basic", **CREDENTIALS)
    assert output["refused"]["status"] == 401
    [challenge] = output["refused"]["challenges"]
    assert challenge["scheme"] == "bearer"
    assert challenge["parameters"]["error"] == "invalid_token"


@pytest.mark.parametrize("alg", ["RS384", "ES384"])
def test_openid_client_authenticates_with_a_private_key(
    run_node: RunNode, live: Server, issuer: str, patient_url: str, alg: str
) -> None:
    key = RSAKey.generate_key(2048, auto_kid=True) if alg == "RS384" else ECKey.generate_key("P-384", auto_kid=True)
    snippet = CREATE_KEY_CLIENT.format(public=json.dumps(key.as_dict(private=False)))
    client_id = live.manage("shell", "-c", snippet).split()[-1]
    private: dict[str, Any] = dict(key.as_dict(private=True))
    output = run_node(
        "private_key_jwt.mjs",
        issuer=issuer,
        client_id=client_id,
        key=private,
        alg=alg,
        patient_url=patient_url,
        scope=SCOPE,
    )
    assert output["scope"] == SCOPE
    assert output["patient"]["health_id"] == "OPC-2024-DEMO1"
    assert output["introspection"]["client_id"] == client_id


def test_oauth4webapi_reads_a_patient_and_accepts_the_token_by_rfc_9068(
    run_node: RunNode, live: Server, issuer: str, patient_url: str
) -> None:
    output = run_node("oauth4webapi.mjs", issuer=issuer, audience=live.base_url, patient_url=patient_url, **CREDENTIALS)
    assert output["patient"]["health_id"] == "OPC-2024-DEMO1"
    assert output["claims"]["client_id"] == output["claims"]["sub"] == SANDBOX_CLIENT.client_id
    assert output["claims"]["scope"] == SCOPE
    assert output["elsewhere"] == "OAUTH_JWT_CLAIM_COMPARISON_FAILED"


@pytest.mark.parametrize(("method", "body_format"), [("header", "form"), ("body", "form"), ("body", "json")])
def test_simple_oauth2_reads_a_patient_and_revokes(
    run_node: RunNode, live: Server, patient_url: str, method: str, body_format: str
) -> None:
    output = run_node(
        "simple_oauth2.mjs",
        origin=live.url,
        token_path="/api/v1/connect/auth/token",
        revoke_path="/api/v1/connect/auth/revoke",
        method=method,
        format=body_format,
        patient_url=patient_url,
        **CREDENTIALS,
    )
    assert output["expired"] is False
    assert output["scope"] == SCOPE
    assert output["patient"]["health_id"] == "OPC-2024-DEMO1"


def test_the_lock_file_names_exact_versions_and_no_registry() -> None:
    packages = json.loads(LOCK.read_text())["packages"]
    assert all(not version.startswith(("^", "~")) for version in packages[""]["dependencies"].values())
    assert not [name for name, package in packages.items() if "resolved" in package]
