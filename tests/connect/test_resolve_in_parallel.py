"""Fifty desks ask for one person at once: one Health ID, and nobody is told to come back."""

import threading
from pathlib import Path
from typing import Any

import pytest
import requests

from portal.applications.published import DEMO_SANDBOX_CLIENT
from tests.servers import Server, running

DESKS = 50
PERSON = {
    "given_name": "Chinwe",
    "family_name": "Nwachukwu",
    "sex": "female",
    "birth_date": "1988-02-29",
    "phone": "+2348035550113",
}


def at_once(server: Server, bodies: list[dict[str, Any]]) -> list[requests.Response]:
    """Send all bodies at the same moment."""
    asked = {"grant_type": "client_credentials", "client_id": DEMO_SANDBOX_CLIENT.client_id,
             "client_secret": DEMO_SANDBOX_CLIENT.client_secret}  # fmt: skip
    token = requests.post(f"{server.base_url}/connect/auth/token", json=asked, timeout=60).json()["access_token"]
    answers: list[requests.Response] = []
    start = threading.Barrier(len(bodies))

    def send(body: dict[str, Any]) -> None:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            start.wait()
            answers.append(session.post(f"{server.base_url}/connect/patients/resolve", json=body, timeout=60))

    threads = [threading.Thread(target=send, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(bodies)
    return answers


def prove(server: Server) -> None:
    """Ask fifty times with one local number, then fifty times with fifty numbers for somebody else."""
    same = at_once(server, [{**PERSON, "source": "his", "local_number": "1"}] * DESKS)
    assert {answer.status_code for answer in same} == {200, 201}
    assert len({answer.json()["health_id"] for answer in same}) == 1
    assert sum(answer.status_code == 201 for answer in same) == 1

    other = {**PERSON, "given_name": "Baraka", "family_name": "Shayo", "sex": "male", "phone": "+255750000001"}
    spellings = [other, {**other, "given_name": "Shayo", "family_name": "BARAKA"}]
    bodies = [{**spellings[n % 2], "source": "lims", "local_number": str(n)} for n in range(DESKS)]
    many = at_once(server, bodies)
    assert {answer.status_code for answer in many} == {200, 201}
    assert len({answer.json()["health_id"] for answer in many}) == 1
    assert sum(answer.json()["outcome"] == "created" for answer in many) == 1


def test_on_sqlite(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        prove(server)


@pytest.mark.parametrize("processes", ["3"])
def test_on_postgresql_with_several_processes(
    tmp_path: Path, postgresql_url: str, redis_url: str, processes: str
) -> None:
    with running(tmp_path, DATABASE_URL=postgresql_url, REDIS_URL=redis_url, PROCESSES=processes) as server:
        prove(server)
