"""Sealing while others write, seal and die. On PostgreSQL ids are committed out of order."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from django.db import connection

from portal.audit import settled
from portal.audit.ledgers import CALLS
from portal.audit.settled import settled_id
from tests.servers import PROJECT, manage, prepare

CI = os.environ.get("CI") == "true"
KILLS = 8 if CI else 2
SEAL = """
import django; django.setup()
from threading import Event
from portal.audit import tasks
tasks.SPAN = 7
stopping = Event()
while True: tasks.seal(stopping)
"""
WRITE = """
import django; django.setup()
from tests.audit.sealed import write
while True: write(20)
"""
INSERT = """
    INSERT INTO audit_apicall (at, request_id, client_id, environment, credential, token_id, address, method, route,
        operation, scope, patient, outcome, error_code, status, replay, break_glass, duration_us)
    VALUES (now(), 'late', '', '', '', '', '', 'GET', '', '', '', '', 'allowed', '', 200, false, false, 1)
"""


@dataclass
class Home:
    """A database, and processes over it."""

    environment: dict[str, str]

    def start(self, program: str) -> subprocess.Popen[bytes]:
        """Start a process that goes on until it is killed."""
        command = [sys.executable, "-c", program]
        return subprocess.Popen(command, cwd=PROJECT, env=self.environment, stderr=subprocess.DEVNULL)

    def verify(self) -> str:
        """Return what `verify_ledger` prints; it raises where something is wrong."""
        return manage(self.environment, "verify_ledger")

    def seal(self) -> str:
        """Seal once."""
        return manage(self.environment, "shell", "-v", "0", "-c", "from portal.audit.tasks import seal; seal()")

    def wait_for_more_than(self, count: int) -> int:
        """Return the number of checkpoints once there are more than so many."""
        deadline = time.monotonic() + 60
        while (found := self.query("SELECT COUNT(*) FROM audit_checkpoint")) <= count:
            assert time.monotonic() < deadline, "nobody seals"
            time.sleep(0.05)
        return int(found)

    def query(self, statement: str) -> Any:
        """Ask the database for one value."""
        if url := self.environment.get("DATABASE_URL"):
            with psycopg.connect(url) as opened:
                return opened.execute(statement).fetchone()[0]  # type: ignore[index]
        with closing(sqlite3.connect(Path(self.environment["DATA_DIR"]) / "db.sqlite3", timeout=20)) as database:
            return database.execute(statement).fetchone()[0]


def at_home(folder: Path, url: str = "") -> Home:
    """Prepare a database."""
    variables = {**os.environ, "MODE": "development", "DATA_DIR": str(folder), "DATABASE_URL": url}
    variables["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    environment = {name: value for name, value in variables.items() if value}
    prepare(environment, "migrate", "-v", "0")
    return Home(environment)


@pytest.fixture(params=["sqlite", "postgresql"] if CI else ["sqlite"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """Return an empty database and whoever works on it."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    return at_home(tmp_path, url)


def test_workers_killed_at_random_times_while_others_write(home: Home) -> None:
    processes = [home.start(WRITE) for _ in range(2)]
    sealers = [home.start(SEAL) for _ in range(2)]
    sealed = 0
    for _ in range(KILLS):
        sealed = home.wait_for_more_than(sealed)
        time.sleep(random.uniform(0, 0.3))
        sealers[0].kill()
        processes.append(sealers.pop(0))
        sealers.append(home.start(SEAL))
    for process in (*processes, *sealers):
        process.kill()
        process.wait()
    home.seal()
    rows = home.query("SELECT COUNT(*) FROM audit_apicall")
    assert f"calls: {rows:,} rows under" in home.verify()


def test_a_checkpoint_does_not_pass_over_a_row_that_commits_later(tmp_path: Path, postgresql_url: str) -> None:
    home = at_home(tmp_path, postgresql_url)
    with psycopg.connect(home.environment["DATABASE_URL"]) as late:
        late.execute(INSERT)
        with psycopg.connect(home.environment["DATABASE_URL"]) as other:
            other.execute(INSERT)
        home.seal()
        assert home.query("SELECT COUNT(*) FROM audit_checkpoint") == 0
        late.commit()
    home.seal()
    assert "calls: 2 rows under 1 checkpoints, 0 newer" in home.verify()


@pytest.mark.django_db
def test_it_waits_for_those_who_wrote_before_and_not_for_those_who_came_after(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = iter([{"early"}, {"early", "later"}, {"later"}, {"later", "latest"}])
    monkeypatch.setattr(connection, "vendor", "postgresql")
    monkeypatch.setattr(settled, "_writers", lambda _ledger: next(seen))
    monkeypatch.setattr(settled, "PAUSE", 0.001)
    assert settled_id(CALLS, Event()) == 0
    assert next(seen) == {"later", "latest"}, "it asked no more than it had to"


@pytest.mark.django_db
def test_it_gives_up_on_those_who_never_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "postgresql")
    monkeypatch.setattr(settled, "_writers", lambda _ledger: {"stuck"})
    monkeypatch.setattr(settled, "PATIENCE", 0.01)
    monkeypatch.setattr(settled, "PAUSE", 0.001)
    assert settled_id(CALLS, Event()) is None
