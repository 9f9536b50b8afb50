"""A database of its own for every test, with CI=true on PostgreSQL too; workers over it, and where their mails go."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.servers import PROJECT, prepare
from tests.worker.smtp import Mailbox


@dataclass
class Office:
    """Workers, their database, and a mailbox."""

    environment: dict[str, str]
    mailbox: Mailbox
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def queue(self, count: int) -> None:
        """Queue mails to as many people."""
        self.run("queue", str(count))

    def run(self, *arguments: str) -> None:
        """Run something of `quick` to its end."""
        subprocess.run(self._command(*arguments), cwd=PROJECT, env=self.environment, check=True)

    def start(self) -> subprocess.Popen[bytes]:
        """Start a worker."""
        worker = subprocess.Popen(self._command("worker"), cwd=PROJECT, env=self.environment)
        self.workers.append(worker)
        return worker

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tests.worker.quick", *arguments]

    def query(self, statement: str) -> list[Any]:
        """Ask the database."""
        if url := self.environment.get("DATABASE_URL"):
            with psycopg.connect(url) as connection:
                return connection.execute(statement).fetchall()
        with sqlite3.connect(Path(self.environment["DATA_DIR"]) / "db.sqlite3") as database:
            return database.execute(statement).fetchall()

    def states(self) -> set[str]:
        """Return the states in which mails are."""
        return {state for (state,) in self.query("SELECT DISTINCT state FROM mail_outgoingmail")}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Return a mailbox that listens."""
    opened = Mailbox()
    opened.open()
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"] if os.environ.get("CI") == "true" else ["sqlite"])
def office(request: pytest.FixtureRequest, tmp_path: Path, mailbox: Mailbox) -> Iterator[Office]:
    """Return workers over a new database; they are killed in the end."""
    environment = {
        **os.environ,
        "MODE": "development",
        "DATA_DIR": str(tmp_path),
        "EMAIL_URL": mailbox.url,
        "PYTHONUNBUFFERED": "1",
    }
    environment.pop("DATABASE_URL", None)
    if request.param == "postgresql":
        environment["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    prepare(environment, "migrate", "-v", "0")
    opened = Office(environment, mailbox)
    yield opened
    for worker in opened.workers:
        if worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
        worker.wait()
