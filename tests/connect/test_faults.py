"""Faults on demand: what the sandbox does with the Sandbox-Fault header, and that production does nothing."""

import http.client
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client

from portal.applications.published import DEMO_SANDBOX_CLIENT
from portal.audit.models import ApiCall
from portal.connect.models import Record
from tests.callers import SEARCH_URL, bearer
from tests.connect.pushing import Pusher, encounter
from tests.servers import Server

DEMO1 = "patients/OPC-2024-DEMO1"


@pytest.fixture
def pusher(api: Client) -> Pusher:
    return Pusher(api)


@pytest.mark.parametrize(
    ("status", "code"), [(429, "rate_limited"), (500, "internal_error"), (503, "service_unavailable")]
)
@pytest.mark.parametrize("after", ["", ", after"])
def test_the_answer_is_as_a_real_one(pusher: Pusher, status: int, code: str, after: str) -> None:
    answer = pusher.get(DEMO1, Sandbox_Fault=f"status={status}{after}")
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (status, code, status)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["X-Request-Id"] == answer.json()["request_id"]
    assert answer["RateLimit-Policy"].startswith('"client";q=')
    if status == 429:
        assert (answer["Retry-After"], answer.json()["violated-policies"]) == ("1", ["client"])
        assert answer["RateLimit"].startswith('"client";r=0;t=1, ')
    else:
        assert answer.headers.get("Retry-After") == ("1" if status == 503 else None)
    assert pusher.get(DEMO1).status_code == 200


@pytest.mark.parametrize("fault", ["status=429", "status=500", "status=503", "drop"])
def test_before_nothing_is_done_and_after_the_write_stays(pusher: Pusher, fault: str) -> None:
    answer = pusher.push("encounters", encounter(), Sandbox_Fault=fault, Idempotency_Key="k")
    assert answer.status_code >= 429
    assert not Record.objects.exists()
    lost = pusher.push("encounters", encounter(), Sandbox_Fault=f"{fault}, after", Idempotency_Key="k")
    assert lost.status_code == answer.status_code
    assert "Location" not in lost
    assert Record.objects.count() == 1
    retry = pusher.push("encounters", encounter(), Idempotency_Key="k")
    assert (retry.status_code, retry["Idempotent-Replayed"]) == (201, "true")
    assert Record.objects.count() == 1
    rows = ApiCall.objects.filter(operation="pushEncounter").order_by("id")
    assert list(rows.values_list("status", "error_code", "replay")) == [
        (answer.status_code, "injected_fault", False),
        (201, "injected_fault", False),
        (201, "", True),
    ]


@pytest.mark.parametrize(
    "fault",
    ["", "x", "status=404", "status=200", "status", "Status=503", "delay=0", "delay=11", "delay=1.5", "delay=-1",
     "after", "delay=1, after", "status=503, drop", "status=500, status=503", "drop, drop", "status=503;after",
     "status=503,", "drop=?0", "status=503, x", "status = 503"],
)  # fmt: skip
def test_a_header_that_is_not_understood_is_refused(pusher: Pusher, fault: str) -> None:
    answer = pusher.push("encounters", encounter(), Sandbox_Fault=fault)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_sandbox_fault")
    assert not Record.objects.exists()


@pytest.mark.parametrize("fault", ["status=503,after", "after,\tstatus=503", "after=?1 , status=503"])
def test_order_and_spaces_do_not_matter(pusher: Pusher, fault: str) -> None:
    assert pusher.push("encounters", encounter(), Sandbox_Fault=fault).status_code == 503
    assert Record.objects.count() == 1


def test_production_refuses_the_header(api: Client) -> None:
    pusher = Pusher(api, "production")
    for fault in ("status=503", "status=503, after", "drop", "delay=1", "x"):
        answer = pusher.push("encounters", encounter(), Sandbox_Fault=fault)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_sandbox_fault")
    assert not Record.objects.exists()
    assert not ApiCall.objects.filter(error_code="injected_fault").exists()


def test_the_published_client_has_a_status_only(api: Client) -> None:
    headers = bearer(api)["headers"]

    def ask(fault: str) -> tuple[int, str]:
        answer = api.get(SEARCH_URL, {"health_id": "OPC-2024-DEMO1"}, headers={**headers, "Sandbox-Fault": fault})
        return answer.status_code, answer.json()["code"]

    assert ask("status=503") == (503, "service_unavailable")
    for fault in ("drop", "drop, after", "delay=1", "delay=1, status=503"):
        assert ask(fault) == (400, "invalid_sandbox_fault")


def test_whoever_is_not_let_in_learns_nothing_by_it(api: Client, pusher: Pusher) -> None:
    for headers, status in (({}, 401), ({"Authorization": "Bearer x"}, 401), (bearer(api)["headers"], 403)):
        answer = api.post(
            "/api/v1/connect/records/encounters",
            encounter(),
            content_type="application/json",
            headers={**headers, "Sandbox-Fault": "status=503"},
        )
        assert answer.status_code == status


@contextmanager
def always_one_asleep(server: Server, headers: dict[str, str]) -> Iterator[None]:
    """Let one call after another wait in the server while something else is done."""
    enough = threading.Event()
    late = []
    more = {**headers, "Sandbox-Fault": "delay=2, status=500"}

    def sleep() -> None:
        while not enough.is_set():
            late.append(requests.get(f"{server.base_url}/connect/{DEMO1}", headers=more, timeout=60))

    thread = threading.Thread(target=sleep)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
    slept = [answer for answer in late if answer.status_code == 500]
    assert slept
    assert all(answer.elapsed.total_seconds() >= 2 for answer in slept)


def own_token(server: Server) -> dict[str, str]:
    asked = {
        "grant_type": "client_credentials",
        "client_id": DEMO_SANDBOX_CLIENT.client_id,
        "client_secret": DEMO_SANDBOX_CLIENT.client_secret,
    }
    answer = requests.post(f"{server.base_url}/connect/auth/token", json=asked, timeout=30).json()
    return {"Authorization": f"Bearer {answer['access_token']}"}


def test_few_answers_are_late_at_once_and_the_others_are_served_meanwhile(live: Server) -> None:
    headers, url = own_token(live), f"{live.base_url}/connect/{DEMO1}"
    with always_one_asleep(live, headers):
        refused = None
        while refused is None or refused.status_code != 503:  # it may have come before the sleeper
            refused = requests.get(url, headers={**headers, "Sandbox-Fault": "delay=1"}, timeout=60)
        assert refused.json()["detail"] == "Other calls are being delayed already."
        assert refused.headers["Retry-After"] == "1"
        assert {requests.get(url, headers=headers, timeout=60).status_code for _ in range(20)} == {200}
    assert requests.get(url, headers={**headers, "Sandbox-Fault": "delay=1"}, timeout=60).status_code == 200


@pytest.mark.parametrize("fault", ["drop", "drop, after"])
def test_a_real_client_gets_no_answer_from_a_dropped_connection(live: Server, fault: str) -> None:
    headers, url = own_token(live), f"{live.base_url}/connect/records/encounters"
    body, key = encounter(source_id=str(uuid.uuid4())), str(uuid.uuid4())
    with pytest.raises(requests.exceptions.RequestException, match=r"IncompleteRead|Remote end closed|reset"):
        requests.post(url, json=body, headers={**headers, "Idempotency-Key": key, "Sandbox-Fault": fault}, timeout=60)
    retry = requests.post(url, json=body, headers={**headers, "Idempotency-Key": key}, timeout=60)
    assert retry.status_code == 201
    assert ("Idempotent-Replayed" in retry.headers) == ("after" in fault)


def test_the_server_closes_a_dropped_connection(live: Server) -> None:
    connection = http.client.HTTPConnection(urlsplit(live.url).netloc, timeout=60)
    connection.request("GET", f"/api/v1/connect/{DEMO1}", headers={**own_token(live), "Sandbox-Fault": "drop"})
    # The server may close before the head is on its way, or after it.
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        connection.getresponse().read()
    assert connection.sock is None or connection.sock.recv(1) == b""
    connection.close()
    assert "Traceback" not in live.log.read_text()
