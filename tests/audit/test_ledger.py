"""The ledger: one row per call, written before clinical data is answered, and never changed."""

import time
from pathlib import Path

import pytest
import requests
from django.db import connection
from django.test import Client

from portal.applications.published import SANDBOX_CLIENT
from portal.audit.calls import patient_hash
from portal.audit.models import ApiCall, AppendOnlyError, Decision
from tests.callers import SEARCH_URL, TOKEN_URL, bearer, token
from tests.servers import Server, running


def last_call() -> ApiCall:
    """Return the newest row."""
    row = ApiCall.objects.order_by("-pk").first()
    assert isinstance(row, ApiCall)
    return row


def test_a_read_leaves_a_row_with_everything_but_personal_data(api: Client) -> None:
    headers = bearer(api)["headers"] | {"X-Request-Id": "from-the-hospital-1"}
    assert api.get(SEARCH_URL, {"health_id": "OPC-2024-DEMO1"}, headers=headers).status_code == 200
    row = last_call()
    assert (row.request_id, row.client_id, row.environment) == (
        "from-the-hospital-1",
        "demo_dev_sandbox",
        "sandbox",
    )
    assert (row.method, row.route, row.operation) == ("GET", "v1/connect/patient/search", "searchPatient")
    assert (row.scope, row.outcome, row.status, row.error_code) == (
        "patient:profile:read",
        "allowed",
        200,
        "",
    )
    assert row.patient == patient_hash("OPC-2024-DEMO1")
    assert row.credential.startswith("secret:")
    assert row.application_id
    assert row.organisation_id
    assert row.token_id
    assert row.address == "127.0.0.1"
    assert row.duration_us > 0
    everything = " ".join(str(value) for value in vars(row).values())
    for personal in (
        "Amina",
        "Okafor",
        "DEMO1",
        "2348030000001",
        "48211907653",
        SANDBOX_CLIENT.client_secret,
    ):
        assert personal not in everything


def test_a_token_call_leaves_a_row_that_names_the_token(api: Client) -> None:
    token(api)
    row = last_call()
    assert (row.operation, row.outcome, row.client_id) == ("createToken", "allowed", "demo_dev_sandbox")
    assert row.token_id


@pytest.mark.parametrize(
    ("path", "status", "outcome", "code"),
    [
        (f"{SEARCH_URL}?health_id=OPC-2024-DEMO1", 401, "denied", "token_missing"),
        ("/api/v1/connect/nothing", 404, "failed", "route_not_found"),
        ("/v1/connect/patients/OPC-2024-DEMO1", 401, "denied", "token_missing"),
    ],
)
def test_a_refused_stranger_leaves_a_row(api: Client, path: str, status: int, outcome: str, code: str) -> None:
    assert api.get(path).status_code == status
    row = last_call()
    assert (row.status, row.outcome, row.error_code, row.client_id) == (status, outcome, code, "")


def test_a_wrong_secret_leaves_a_row_without_what_was_sent(api: Client) -> None:
    asked = {
        "grant_type": "client_credentials",
        "client_id": "a-secret-in-the-wrong-field",
        "client_secret": "x",
    }
    assert api.post(TOKEN_URL, asked, content_type="application/json").status_code == 401
    row = last_call()
    assert (row.status, row.outcome, row.error_code, row.client_id) == (401, "denied", "invalid_client", "")


def test_where_the_ledger_cannot_be_written_a_clinical_call_fails_and_nothing_else(api: Client) -> None:
    with_token = bearer(api)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_apicall RENAME TO gone")
    answer = api.get(SEARCH_URL, {"health_id": "OPC-2024-DEMO1"}, **with_token)
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"]
    assert answer.json()["code"] == "ledger_unavailable"
    assert b"Amina" not in answer.content
    assert api.get("/errors/ledger_unavailable/").status_code == 200
    assert api.get("/.well-known/jwks.json").status_code == 200


def test_on_a_server_a_broken_ledger_stops_clinical_calls_only(live: Server) -> None:
    asked = {
        "grant_type": "client_credentials",
        "client_id": SANDBOX_CLIENT.client_id,
        "client_secret": SANDBOX_CLIENT.client_secret,
    }

    def answer() -> tuple[int, int]:
        issued = requests.post(f"{live.base_url}/connect/auth/token", json=asked, timeout=60)
        found = requests.get(
            f"{live.base_url}/connect/patients/OPC-2024-DEMO1",
            headers={"Authorization": f"Bearer {issued.json()['access_token']}"},
            timeout=60,
        )
        return issued.status_code, found.status_code

    rename = "from django.db import connection; connection.cursor().execute('ALTER TABLE {} RENAME TO {}')"
    assert answer() == (200, 200)
    live.manage("shell", "-c", rename.format("audit_apicall", "gone"))
    try:
        assert answer() == (200, 503)
    finally:
        live.manage("shell", "-c", rename.format("gone", "audit_apicall"))
    assert answer() == (200, 200)


COUNT = "from portal.audit.models import ApiCall; print(ApiCall.objects.filter(request_id='{}').count())"


def test_token_calls_reach_the_ledger_of_a_server_within_a_second(live: Server) -> None:
    requests.post(f"{live.base_url}/connect/auth/token", headers={"X-Request-Id": "soon"}, timeout=60)
    time.sleep(1)
    assert live.manage("shell", "-v", "0", "-c", COUNT.format("soon")).strip() == "1"


def test_a_stopping_server_writes_what_waits(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        requests.post(f"{server.base_url}/connect/auth/token", headers={"X-Request-Id": "last"}, timeout=60)
    assert server.manage("shell", "-v", "0", "-c", COUNT.format("last")).strip() == "1"


@pytest.mark.parametrize("model", [ApiCall, Decision])
def test_rows_are_never_changed_or_deleted(api: Client, model: type[ApiCall] | type[Decision]) -> None:
    token(api)
    row = model.objects.get(pk=model.objects.order_by("-pk").values_list("pk", flat=True)[0])
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        row.delete()
    with pytest.raises(AppendOnlyError):
        model.objects.all().delete()
    with pytest.raises(AppendOnlyError):
        model.objects.update(pk=1)
