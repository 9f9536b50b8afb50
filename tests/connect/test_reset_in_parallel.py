"""A sandbox that is emptied while records and facilities come in: each call finds it whole. SQLite has one writer."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.connect.pushing import report
from tests.connect.test_push_in_parallel import AT_ONCE, servers, token
from tests.connect.test_sync_in_parallel import state
from tests.servers import Server

__all__ = ["servers"]
CALLS = 1_000 if os.environ.get("CI") == "true" else 120


@pytest.mark.parametrize("servers", ["postgresql"], indirect=True)
def test_nobody_stumbles_over_a_reset(servers: list[Server]) -> None:
    headers = token(servers[0])

    def call(method: str, number: int, path: str, body: object) -> requests.Response:
        url = f"{servers[number % 2].base_url}/connect/{path}"
        return requests.request(method, url, json=body, headers=headers, timeout=60)

    def send(number: int) -> requests.Response:
        if number % 7 == 0:
            return call("POST", number, "sandbox/reset", {})
        if number % 2:
            body = report(source_id=f"R{number % 3}", source_version=number + 1)
            return call("POST", number, "records/lab-results", body)
        return call("PUT", number, f"facilities/OWN-{number % 3}", state(number + 1))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, range(CALLS)))
    assert {answer.status_code for answer in answers} <= {200, 201, 409}, {
        answer.text for answer in answers if answer.status_code >= 500
    }
    assert {answer.status_code for answer in answers[::7]} == {200}
