"""The probe over real HTTP: a worker in a process of its own, killed at any moment."""

import json
import os
import random
import subprocess
import sys
import time
from typing import Any

import pytest
import requests

from tests.servers import PROJECT, Server

KILLS = 12 if os.environ.get("CI") == "true" else 2


def run(server: Server, *command: str) -> Any:
    """Return what `tests.approvals.live` printed."""
    program = [sys.executable, "-m", "tests.approvals.live", *command]
    done = subprocess.run(program, cwd=PROJECT, env=server.environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def start_worker(server: Server) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-m", "tests.approvals.live", "worker"]
    return subprocess.Popen(program, cwd=PROJECT, env=server.environment)


def wait_for_completion(server: Server, request: str) -> list[Any]:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        state: list[Any] = run(server, "state", request)
        if state[2] is not None:
            return state
        time.sleep(0.5)
    pytest.fail(f"the probe did not end: {state}")


def token_status(server: Server, prefix: str, client_id: str, secret: str) -> int:
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = requests.post(f"{server.url}{prefix}/connect/auth/token", json=asked, timeout=20)
    return answer.status_code


@pytest.mark.parametrize("kills", [0, KILLS])
def test_it_completes_the_grant_once_however_often_the_worker_is_killed(live: Server, kills: int) -> None:
    name = f"Probed {kills}"
    request, secret = run(live, "open", name.replace(" ", "-"))
    workers = []
    try:
        for _ in range(kills):
            worker = start_worker(live)
            workers.append(worker)
            time.sleep(random.uniform(2, 6))
            worker.kill()
            worker.wait()
        workers.append(start_worker(live))
        completed, completions, passed, sealed, _attempts = wait_for_completion(live, request)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert (completed, completions, passed, sealed) == (True, 1, True, "")
    assert token_status(live, "/v1", "demo_dev_sandbox", secret) == 401
