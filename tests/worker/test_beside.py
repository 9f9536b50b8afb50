"""`make run`: the worker beside the server, from its start to its end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.servers import PROJECT, free_port, wait_until_up


def children(parent: int) -> list[int]:
    """Return the workers of this parent."""
    done = subprocess.run(
        ["pgrep", "-f", f"manage.py worker --parent {parent}$"], capture_output=True, text=True, check=False
    )
    return [int(line) for line in done.stdout.split()]


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    """Return once the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)


class Demo:
    """`manage.py demo`, started as often as wanted over the same folder."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        port = str(free_port())
        self.url = f"http://localhost:{port}"
        self.environment = {
            **os.environ,
            "MODE": "development",
            "DATA_DIR": str(folder),
            "PORT": port,
            "PYTHONUNBUFFERED": "1",
        }
        self.environment.pop("DATABASE_URL", None)
        self.process: subprocess.Popen[bytes]

    def start(self) -> int:
        """Start it and return its process id, once server and worker are there."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=PROJECT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_until_up(self.url, self.process, self.log)
        wait_for(lambda: children(self.process.pid))
        return self.process.pid


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Return a demo that is ended in the end, with all its children."""
    started = Demo(tmp_path_factory.mktemp("demo"))
    yield started
    sys.stderr.write(started.log.read_text())  # shown where a test fails
    with suppress(ProcessLookupError):
        os.killpg(started.process.pid, signal.SIGKILL)
    started.process.wait()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_server(demo: Demo, how: signal.Signals) -> None:
    parent = demo.start()
    demo.process.send_signal(how)
    assert demo.process.wait(20) == 0
    assert not children(parent)


def test_it_is_started_again_where_it_crashes(demo: Demo) -> None:
    parent = demo.start()
    (worker,) = children(parent)
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: children(parent) not in ([], [worker]))
    assert "The worker ended unexpectedly (-9). It is started again in 1 s." in demo.log.read_text()
    demo.process.terminate()
    assert demo.process.wait(20) == 0


def test_nothing_outlives_a_killed_parent(demo: Demo) -> None:
    parent = demo.start()
    os.kill(parent, signal.SIGKILL)
    demo.process.wait()
    wait_for(lambda: not children(parent), seconds=5)
    demo.start()  # so the port is free again
    demo.process.terminate()
    assert demo.process.wait(20) == 0
