"""The OAuth clients that Python programs use get a token from a real server and read a patient with it."""

import pytest
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient  # type: ignore[import-untyped]
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from portal.applications.published import SANDBOX_CLIENT
from tests.servers import Server

SCOPE = ["patient:profile:read", "lab:results:read"]


@pytest.fixture
def token_url(live: Server) -> str:
    return f"{live.base_url}/connect/auth/token"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_reads_a_patient(token_url: str, patient_url: str, method: str) -> None:
    with AuthlibSession(
        SANDBOX_CLIENT.client_id,
        SANDBOX_CLIENT.client_secret,
        scope=" ".join(SCOPE),
        token_endpoint_auth_method=method,
    ) as session:
        token = session.fetch_token(token_url, grant_type="client_credentials")
        patient = session.get(patient_url)
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 3600, " ".join(SCOPE))
    assert patient.status_code == 200
    assert patient.json()["health_id"] == "OPC-2024-DEMO1"


def test_authlib_introspects_and_revokes(token_url: str, patient_url: str) -> None:
    with AuthlibSession(SANDBOX_CLIENT.client_id, SANDBOX_CLIENT.client_secret) as session:
        token = session.fetch_token(token_url, grant_type="client_credentials")["access_token"]
        introspect_url, revoke_url = (token_url.replace("/token", path) for path in ("/introspect", "/revoke"))
        assert session.introspect_token(introspect_url, token=token).json()["active"] is True
        assert session.revoke_token(revoke_url, token=token).status_code == 200
        assert session.introspect_token(introspect_url, token=token).json() == {"active": False}


@pytest.mark.parametrize("where", ["header", "body"])
def test_requests_oauthlib_reads_a_patient(
    token_url: str, patient_url: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    client = BackendApplicationClient(client_id=SANDBOX_CLIENT.client_id, scope=SCOPE)
    with OAuth2Session(client=client) as session:
        if where == "header":
            basic = HTTPBasicAuth(SANDBOX_CLIENT.client_id, SANDBOX_CLIENT.client_secret)
            token = session.fetch_token(token_url, auth=basic)
        else:
            secret = SANDBOX_CLIENT.client_secret
            token = session.fetch_token(token_url, client_secret=secret, include_client_id=True)
        patient = session.get(patient_url)
    assert token["scope"] == SCOPE
    assert patient.status_code == 200
    assert patient.json()["health_id"] == "OPC-2024-DEMO1"
