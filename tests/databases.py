"""A PostgreSQL and a Redis of the tests' own, on free ports, in temporary folders."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.servers import free_port, need

START_TIMEOUT = 120


def _as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def _postgres_program(name: str) -> str:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(installed[-1]) if installed else need(name, "postgresql")


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL in the folder and yield its DATABASE_URL."""
    initdb, server, createdb = (_postgres_program(name) for name in ("initdb", "postgres", "createdb"))
    data = folder / "postgresql"
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
        outer = Path(tempfile.gettempdir())
        for parent in data.parents:
            if parent != outer and parent.is_relative_to(outer):
                parent.chmod(parent.stat().st_mode | 0o011)
    subprocess.run(
        _as_postgres([initdb, "-D", str(data), "-U", "test", "-A", "trust", "-E", "UTF8"]),
        check=True,
        capture_output=True,
    )
    port = str(free_port())
    options = ["-D", str(data), "-p", port, "-k", str(data), "-c", "listen_addresses=127.0.0.1"]
    process = subprocess.Popen(_as_postgres([server, *options]), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while subprocess.run(
            [createdb, "-h", "127.0.0.1", "-p", port, "-U", "test", "portal"],
            capture_output=True,
            check=False,
        ).returncode:
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.2)
        yield f"postgres://test@127.0.0.1:{port}/portal"
    finally:
        # At once, without a checkpoint: nobody needs this database again.
        os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        process.wait(30)


def new_database(url: str, like: str = "") -> str:
    """Make one more database in this PostgreSQL, empty or a copy of one that nobody uses; return its DATABASE_URL."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like.rpartition('/')[2] or 'template1'}")
    return f"{url.rpartition('/')[0]}/{name}"


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run a Redis in the folder and yield its REDIS_URL."""
    program = need("redis-server", "redis-server")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        import redis as client

        deadline = time.monotonic() + START_TIMEOUT
        with client.Redis(port=port) as connection:
            while True:
                try:
                    connection.ping()
                    break
                except client.ConnectionError:
                    assert time.monotonic() < deadline, "Redis did not start"
                    time.sleep(0.1)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(20)
