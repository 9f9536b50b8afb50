"""Fifty identical pushes at once, against real servers: one record, and nobody gets a 500 or a locked database."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from portal.applications.published import DEMO_SANDBOX_CLIENT
from tests.connect.pushing import encounter
from tests.servers import Server, free_port, running, serving

AT_ONCE = 50


@pytest.fixture(params=["sqlite", "postgresql"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Server]]:
    """Run two processes on one database."""
    variables = {}
    if request.param == "postgresql":
        variables["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    with running(tmp_path, **variables) as first:
        second = {**first.environment, "PORT": str(free_port()), "PUBLIC_URL": first.url}
        with serving(second) as other:
            yield [first, other]


def token(server: Server) -> dict[str, str]:
    asked = {
        "grant_type": "client_credentials",
        "client_id": DEMO_SANDBOX_CLIENT.client_id,
        "client_secret": DEMO_SANDBOX_CLIENT.client_secret,
    }
    answer = requests.post(f"{server.base_url}/connect/auth/token", json=asked, timeout=60)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.mark.parametrize("key", ["", "one-key"])
def test_fifty_identical_pushes_make_one_record(servers: list[Server], key: str) -> None:
    headers = token(servers[0]) | ({"Idempotency-Key": key} if key else {})
    body = encounter(source_id=f"parallel-{key}")

    def push(number: int) -> requests.Response:
        url = f"{servers[number % 2].base_url}/connect/records/encounters"
        return requests.post(url, json=body, headers=headers, timeout=60)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(push, range(AT_ONCE)))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {200, 201, 409}, [answer.text for answer in answers if answer.status_code >= 500]
    if not key:
        assert statuses == {201: 1, 200: AT_ONCE - 1}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_flight"}
    ids = {answer.json()["id"] for answer in answers if answer.ok}
    assert len(ids) == 1
    again = push(0)
    assert again.status_code == (201 if key else 200)
    assert again.json()["id"] == ids.pop()
