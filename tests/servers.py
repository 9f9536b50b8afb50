"""Real servers for tests: `manage.py serve` in processes of its own, on a free port, over a database of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

PROJECT = Path(__file__).resolve().parent.parent
START_TIMEOUT = 120
RAISED_LIMITS = dict.fromkeys(("RATE_LIMIT_CLIENT", "RATE_LIMIT_ADDRESS", "RATE_LIMIT_PUBLISHED"), "1000000")
UNLIMITED = {f"RATE_LIMIT_{name}": "1000000" for name in ("CLIENT", "PUBLISHED", "ADDRESS", "SEARCH")}
"""Many tests share a server; those on limits set their own."""


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """A running portal."""

    url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def base_url(self) -> str:
        """Return the sandbox's base URL."""
        return f"{self.url}/api/v1"

    def manage(self, *command: str) -> str:
        """Run `manage.py …` in a process of its own against this server's database, and return what it printed."""
        return manage(self.environment, *command)


def manage(environment: dict[str, str], *command: str) -> str:
    """Run `manage.py …` and return what it printed; a failure raises with its output."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        check=False,
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise AssertionError(f"manage.py {' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


@contextmanager
def running(data_dir: Path, **variables: str) -> Iterator[Server]:
    """Prepare the demo in `data_dir` and a database of its own, serve it, and stop it in the end."""
    environment = {
        **os.environ,
        "MODE": "development",
        "PORT": str(free_port()),
        "DATA_DIR": str(data_dir),
        "PYTHONUNBUFFERED": "1",
        **UNLIMITED,
        **variables,
    }
    prepare(environment, *DEMO)
    with serving(environment) as server:
        yield server


DEMO = ("demo", "--no-serve")
_prepared: dict[tuple[str, ...], tuple[Path, str]] = {}
"""The folder and the database that a command has filled and nothing else has touched, by command and PostgreSQL."""


def prepare(environment: dict[str, str], *command: str) -> None:
    """Let `manage.py <command>` fill DATA_DIR, and a new database in the PostgreSQL of DATABASE_URL, if one is named.

    The command runs once; afterwards a copy of what it made costs less. DATABASE_URL then names the new database.
    """
    from tests.databases import new_database

    data_dir, url = Path(environment["DATA_DIR"]), environment.get("DATABASE_URL", "")
    postgresql = url.rpartition("/")[0] if url.startswith("postgres") else ""
    made = (*command, postgresql)
    if made not in _prepared:
        folder = data_dir.with_name(f"{data_dir.name}-prepared")
        folder.mkdir()
        database = new_database(url) if postgresql else f"sqlite:///{folder}/db.sqlite3"
        manage({**environment, "DATA_DIR": str(folder), "DATABASE_URL": database}, *command)
        _prepared[made] = folder, database
    folder, database = _prepared[made]
    shutil.copytree(folder, data_dir, dirs_exist_ok=True)
    if postgresql:
        environment["DATABASE_URL"] = new_database(url, database)


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[Server]:
    """Serve what has been prepared, on the environment's PORT, and stop it in the end."""
    url = f"http://localhost:{environment['PORT']}"
    log = Path(environment["DATA_DIR"]) / f"server-{environment['PORT']}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"], cwd=PROJECT, env=environment, stdout=output, stderr=output
        )
        try:
            wait_until_up(url, process, log)
            yield Server(url, environment, process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers; raise with its log where it does not."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(f"{url}/.well-known/jwks.json", timeout=2).raise_for_status()
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


def need(command: str, package: str) -> str:
    """Return the path of an optional program, or skip the test naming its package; with CI=true a skip is a failure."""
    import pytest

    path = shutil.which(command)
    if path is None:
        message = f"{command} is not installed: apt-get install {package}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return path
