"""Whatever goes wrong below the API is answered with a problem (RFC 9457), by a real server, below both mounts."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests

from portal.applications.published import DEMO_SANDBOX_CLIENT
from portal.problems.catalogue import PROBLEMS
from tests.servers import DEMO, Server, free_port, prepare, serving

JSON = {"Content-Type": "application/json"}
CHUNKED = object()
MANY = "&".join(f"a{number}" for number in range(1_500))
SEARCH = "/connect/patient/search"
MEMBERS = {"type", "title", "status", "detail", "code", "request_id", "errors"}
GOOD = {
    "grant_type": "client_credentials",
    "client_id": DEMO_SANDBOX_CLIENT.client_id,
    "client_secret": DEMO_SANDBOX_CLIENT.client_secret,
}


def own_token(server: Server) -> dict[str, str]:
    answer = requests.post(f"{server.base_url}/connect/auth/token", json=GOOD, timeout=30).json()
    return {"Authorization": f"Bearer {answer['access_token']}"}


@pytest.fixture(scope="module")
def own(live: Server) -> dict[str, str]:
    """Return the header of a token that opens everything in the sandbox."""
    return own_token(live)


def is_problem(answer: requests.Response, status: int, code: str) -> None:
    """Check the answer, and that its `type` is a page."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    problem = answer.json()
    assert set(problem) == MEMBERS
    assert (problem["code"], problem["status"], problem["title"]) == (code, status, PROBLEMS[code].title)
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    page = requests.get(problem["type"], timeout=30)
    assert page.status_code == 200
    assert f"<code>{code}</code>" in page.text


@pytest.mark.parametrize("mount", ["/api/v1", "/v1"])
@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [
        ("GET", "/nowhere", None, {}, 404, "route_not_found"),
        ("POST", "/nowhere", b"{}", JSON, 404, "route_not_found"),
        ("GET", f"{SEARCH}/", None, {}, 404, "route_not_found"),
        ("GET", "//connect", None, {}, 404, "route_not_found"),
        ("POST", "/connect/auth/nowhere", b"{}", JSON, 404, "route_not_found"),
        ("POST", "", b"{}", JSON, 405, "method_not_allowed"),
        ("POST", "/", b"{}", JSON, 405, "method_not_allowed"),
        ("DELETE", SEARCH, None, {}, 405, "method_not_allowed"),
        ("OPTIONS", SEARCH, None, {}, 405, "method_not_allowed"),
        ("TRACE", SEARCH, None, {}, 405, "method_not_allowed"),
        ("ODD", SEARCH, None, {}, 405, "method_not_allowed"),
        ("GET", "/connect/auth/token", None, {}, 405, "method_not_allowed"),
        ("OPTIONS", "/connect/auth/token", None, {}, 405, "method_not_allowed"),
        ("POST", SEARCH, b"{", JSON, 400, "malformed_body"),
        ("POST", SEARCH, b"[]", JSON, 400, "malformed_body"),
        ("POST", SEARCH, b'{"a": "\xff"}', JSON, 400, "malformed_body"),
        ("POST", SEARCH, b"[" * 50_000 + b"]" * 50_000, JSON, 400, "malformed_body"),
        ("POST", SEARCH, b'{"a": "' + b"x" * 300_000 + b'"}', JSON, 413, "body_too_large"),
        ("POST", SEARCH, b"{}", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        ("POST", SEARCH, b"{}", {"Content-Type": "multipart/form-data; boundary=x"}, 415, "unsupported_media_type"),
        ("POST", SEARCH, CHUNKED, JSON, 411, "length_required"),
        ("POST", SEARCH, b"{}", JSON, 422, "invalid_body"),
        ("GET", SEARCH, None, {"Accept": "text/html"}, 400, "invalid_parameter"),
        ("GET", f"{SEARCH}?health_id=%ff&{MANY}", None, {}, 400, "invalid_parameter"),
        ("GET", "/connect/patients/%00", None, {}, 400, "invalid_health_id"),
        ("GET", SEARCH, None, {"Host": "elsewhere.example"}, 400, "unknown_host"),
        ("GET", SEARCH, None, {"Authorization": ""}, 401, "token_missing"),
        ("GET", SEARCH, None, {"Authorization": "Bearer nonsense"}, 401, "token_invalid"),
    ],
)  # fmt: skip
def test_a_fault_of_the_caller(
    live: Server, own: dict[str, str], mount: str, method: str, path: str, body: Any, headers: dict[str, str],
    status: int, code: str,
) -> None:  # fmt: skip
    answer = requests.request(
        method,
        f"{live.url}{mount}{path}",
        data=iter([b"{}"]) if body is CHUNKED else body,
        headers={**own, **headers},
        timeout=60,
        allow_redirects=False,
    )
    is_problem(answer, status, code)
    if status == 405:
        assert answer.headers["Allow"]
    if status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("mount", ["/api/v1", "/api/v1/", "/v1", "/v1/"])
def test_a_browser_at_a_base_url_is_led_to_the_guide(live: Server, mount: str) -> None:
    assert requests.get(live.url + mount, timeout=60).url == f"{live.url}/guides/getting-started/"


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a database whose facilities are gone and whose results are no JSON."""
    folder = tmp_path_factory.mktemp("broken")
    environment = {**os.environ, "MODE": "development", "PORT": str(free_port()), "DATA_DIR": str(folder)}
    prepare(environment, *DEMO)
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        database.execute("ALTER TABLE connect_facility RENAME TO gone")
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute("UPDATE connect_labresult SET body = 'secret words'")
        database.commit()
    with serving(environment) as server:
        yield server


@pytest.mark.parametrize("mount", ["/api/v1", "/v1"])
def test_a_database_that_fails(broken: Server, mount: str) -> None:
    answer = requests.get(f"{broken.url}{mount}/connect/blood/inventory", headers=own_token(broken), timeout=60)
    is_problem(answer, 503, "service_unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert "connect_facility" not in answer.text + broken.log.read_text()


@pytest.mark.parametrize("mount", ["/api/v1", "/v1"])
def test_what_nobody_foresaw(broken: Server, mount: str) -> None:
    path = "/connect/patients/OPC-2024-DEMO1/lab-results"
    answer = requests.get(f"{broken.url}{mount}{path}", headers=own_token(broken), timeout=60)
    is_problem(answer, 500, "internal_error")
    assert "secret words" not in answer.text + broken.log.read_text()
