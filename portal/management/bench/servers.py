"""A server to measure, a load of keep-alive connections, and what the load cost the server."""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

CONNECTIONS = 4
TICKS = os.sysconf("SC_CLK_TCK")
START_TIMEOUT = 60
UNLIMITED = {f"RATE_LIMIT_{name}": str(10**9) for name in ("CLIENT", "PUBLISHED", "ADDRESS", "SEARCH")}
"""Calls are counted as everywhere, but none of the load is refused."""
BARE_SETTINGS = "portal.management.bench.bare_settings"
HEAD = f"{'':38}{'per second':>12}{'CPU ms each':>13}{'of the limit':>14}"


@dataclass(frozen=True)
class Target:
    """One request, sent over and over."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Load = Target | Callable[[], Target]
"""What is sent: the same request over and over, or the one that is returned next."""


@dataclass(frozen=True)
class Measured:
    """`rate` in requests per second, `cpu` in milliseconds of the server's processes per request."""

    rate: float
    cpu: float


def environment_of(port: int, data_dir: Path, **variables: str) -> dict[str, str]:
    """Return what a process needs to know to be of the server on this port."""
    return {
        **os.environ,
        "MODE": "development",
        "PORT": str(port),
        "DATA_DIR": str(data_dir),
        "PUBLIC_URL": f"http://localhost:{port}",
        **UNLIMITED,
        **variables,
    }


def line_of(name: str, measured: Measured, limit: Measured) -> str:
    """Return the line of a table under HEAD."""
    return f"{name:38}{measured.rate:12.0f}{measured.cpu:13.2f}{limit.cpu / measured.cpu:13.0%}"


@contextmanager
def serving(port: int, data_dir: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Serve on this port with one process, whose address in tokens and pages is that of the port."""
    environment = environment_of(port, data_dir, **variables)
    subprocess.run(
        [sys.executable, "manage.py", "demo", "--no-serve"],
        cwd=settings.BASE_DIR,
        env={**environment, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    command = [sys.executable, "manage.py", "serve"]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        try:
            ask(port, Target("GET", "/"))
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def ask(port: int, target: Target) -> tuple[int, bytes]:
    """Send the request once; return status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        return _send(connection, target)
    finally:
        connection.close()


def etag(port: int, target: Target) -> str:
    """Send the request once; return the answer's ETag."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(target.method, target.path, headers={"Host": "localhost", **target.headers})
        return connection.getresponse().headers["ETag"]
    finally:
        connection.close()


def _send(connection: http.client.HTTPConnection, target: Target) -> tuple[int, bytes]:
    connection.request(target.method, target.path, target.body or None, {"Host": "localhost", **target.headers})
    answer = connection.getresponse()
    return answer.status, answer.read()


def measure(process: subprocess.Popen[bytes], port: int, load: Load, expected: int, seconds: float) -> Measured:
    """Load the server and return its rate and cost. What a PostgreSQL costs is not in the cost.

    :raises RuntimeError: where an answer has another status than expected.
    """
    _load(port, load, expected, 0.5)
    before, started = _cpu_seconds(process.pid), time.perf_counter()
    count = _load(port, load, expected, seconds)
    spent = _cpu_seconds(process.pid) - before
    return Measured(rate=count / (time.perf_counter() - started), cpu=spent / count * 1000)


def _load(port: int, load: Load, expected: int, seconds: float) -> int:
    counts: list[int] = []
    faults: list[str] = []
    deadline = time.perf_counter() + seconds

    def run() -> None:
        connection, count = http.client.HTTPConnection("127.0.0.1", port, timeout=20), 0
        while time.perf_counter() < deadline:
            target = load if isinstance(load, Target) else load()
            status, _ = _send(connection, target)
            count += 1
            if status != expected:
                faults.append(f"{target.method} {target.path} answered {status}, not {expected}")
                break
        connection.close()
        counts.append(count)

    threads = [threading.Thread(target=run) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(faults[0])
    return sum(counts)


def _cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and its children, from /proc, in seconds."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS
