"""A server that is killed again and again while a client pushes: nothing is lost, nothing is there twice."""

import os
import queue
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import requests

from portal.applications.published import DEMO_SANDBOX_CLIENT
from tests.connect.pushing import encounter
from tests.servers import DEMO, PROJECT, RAISED_LIMITS, free_port, prepare, wait_until_up

CI = os.environ.get("CI") == "true"
RECORDS, KILLS = (5000, 10) if CI else (300, 2)
SENDERS = 12
IN_BATCH = 25
SAYS_LATER = {409, 429, 503}


@dataclass
class Mortal:
    """A server that can be killed with all its processes, and started again over the same database."""

    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.environment['PORT']}"

    def start(self) -> None:
        log = Path(self.environment["DATA_DIR"]) / "server.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"], cwd=PROJECT, env=self.environment, stdout=output,
                stderr=output, start_new_session=True,
            )  # fmt: skip
        wait_until_up(self.url, self.process, log)

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def query(self, statement: str) -> list[Any]:
        """Ask the database."""
        if url := self.environment.get("DATABASE_URL"):
            with psycopg.connect(url) as connection:
                return connection.execute(statement).fetchall()
        with sqlite3.connect(Path(self.environment["DATA_DIR"]) / "db.sqlite3") as database:
            return database.execute(statement).fetchall()


@pytest.fixture(params=["sqlite", "postgresql"] if CI else ["sqlite"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mortal]:
    """Run a server over a database of its own."""
    environment = {
        **os.environ,
        **RAISED_LIMITS,
        "MODE": "development",
        "DATA_DIR": str(tmp_path),
        "PORT": str(free_port()),
    }
    environment.pop("DATABASE_URL", None)
    if request.param == "postgresql":
        environment["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    prepare(environment, *DEMO)
    mortal = Mortal(environment)
    mortal.start()
    yield mortal
    mortal.kill()


@dataclass
class Sender:
    """A client that sends everything until it has an answer, as the documentation asks."""

    base: str
    headers: dict[str, str]
    work: queue.SimpleQueue[list[int]] = field(default_factory=queue.SimpleQueue)
    acknowledged: dict[str, int] = field(default_factory=dict)
    """How many records each call was told to be stored, by its request id."""
    stored: dict[int, str] = field(default_factory=dict)
    """The id of each record as it was answered."""
    first_row: int = 0
    """Rows of the ledger up to this one were there before."""
    broken: int = 0
    faults: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Send until nothing is left."""
        while not self.faults:
            try:
                numbers = self.work.get_nowait()
            except queue.Empty:
                return
            try:
                self._send(numbers)
            except Exception as exc:  # noqa: BLE001 - the test reads it
                self.faults.append(repr(exc))

    def _send(self, numbers: list[int]) -> None:
        while True:
            call = uuid4().hex
            try:
                answer = self._post(numbers, {**self.headers, "X-Request-Id": call})
            except requests.RequestException:
                self.broken += 1
                time.sleep(0.05)
                continue
            if answer.status_code not in SAYS_LATER:
                break
        body = answer.json()
        answers = [body] if len(numbers) == 1 else [item["stored"] for item in body["items"]]
        if not answer.ok or not all(answers):
            self.faults.append(f"{answer.status_code} {answer.text[:500]}")
            return
        self.acknowledged[call] = len(numbers)
        self.stored |= {number: one["id"] for number, one in zip(numbers, answers, strict=True)}

    def _post(self, numbers: list[int], headers: dict[str, str]) -> requests.Response:
        records = [encounter(source_id=f"kill-{number}") for number in numbers]
        if len(records) > 1:
            items = {"items": [{"encounter": record} for record in records]}
            return requests.post(f"{self.base}/batch", json=items, headers=headers, timeout=60)
        keyed = {**headers, "Idempotency-Key": f"key-{numbers[0]}"} if numbers[0] % 2 else headers
        return requests.post(f"{self.base}/encounters", json=records[0], headers=keyed, timeout=60)


def sender(server: Mortal) -> Sender:
    """Return a client with a token and its work: single records and batches, mixed."""
    asked = {
        "grant_type": "client_credentials",
        "client_id": DEMO_SANDBOX_CLIENT.client_id,
        "client_secret": DEMO_SANDBOX_CLIENT.client_secret,
    }
    base = f"{server.url}/api/v1/connect"
    answer = requests.post(f"{base}/auth/token", json=asked, timeout=60).json()
    [(last,)] = server.query("SELECT max(id) FROM audit_apicall")  # the demo has made calls of its own
    new = Sender(f"{base}/records", {"Authorization": f"Bearer {answer['access_token']}"}, first_row=last or 0)
    half = RECORDS // 2
    portions = [[number] for number in range(half)]
    portions += [list(range(first, first + IN_BATCH)) for first in range(half, RECORDS, IN_BATCH)]
    random.shuffle(portions)
    for portion in portions:
        new.work.put(portion)
    return new


def test_killed_while_a_client_pushes(server: Mortal) -> None:
    client = sender(server)
    threads = [threading.Thread(target=client.run) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for due in sorted(random.sample(range(int(RECORDS * 0.9)), KILLS)):
        while len(client.stored) < due and not client.faults:
            time.sleep(0.002)
        server.kill()
        server.start()
    for thread in threads:
        thread.join()
    assert client.faults == []
    assert client.broken >= KILLS
    assert len(client.stored) == RECORDS
    assert_all_is_there_once(server, client)


def assert_all_is_there_once(server: Mortal, client: Sender) -> None:
    """Compare what is stored with what was acknowledged: records, versions, reads, ledger."""
    records = server.query("SELECT source_id, version, public_id FROM connect_record WHERE source_id LIKE 'kill-%'")
    assert len(records) == RECORDS
    ids = {source: str(public_id).replace("-", "") for source, version, public_id in records if version == 1}
    assert ids == {f"kill-{number}": found.replace("-", "") for number, found in client.stored.items()}
    assert server.query("SELECT count(*) FROM connect_recordversion") == [(RECORDS,)]
    assert server.query("SELECT count(*) FROM connect_condition WHERE record_id IS NOT NULL") == [(2 * RECORDS,)]
    rows: dict[str, int] = {}
    new = 0
    for call, patient, replay in server.query(
        "SELECT request_id, patient, replay FROM audit_apicall WHERE outcome = 'allowed' AND operation LIKE 'push%'"
        f" AND id > {client.first_row}"
    ):
        if patient:  # a batch has a row of its own beside those of its items
            rows[call] = rows.get(call, 0) + 1
            new += not replay
    assert {call: rows.get(call, 0) for call in client.acknowledged} == client.acknowledged
    assert new == RECORDS, "each record was written beside exactly one row that says so"
