"""Node programs that use a published OAuth client, and clients with keys for them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Server, need

HERE = Path(__file__).resolve().parent
LOCK = HERE / "package-lock.json"
INSTALLED = HERE / "node_modules" / ".package-lock.json"
"""npm writes it last, so it is there only after a complete install."""

RunNode = Callable[..., dict[str, Any]]


def install() -> None:
    """Install the packages of the lock file, unless they are there."""
    npm = need("npm", "npm")
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        done = subprocess.run([npm, "ci", "--ignore-scripts"], check=False, cwd=HERE, capture_output=True, text=True)
        assert done.returncode == 0, f"npm ci failed:\n{done.stdout}\n{done.stderr}"
        INSTALLED.touch()


@pytest.fixture(scope="session")
def run_node() -> RunNode:
    """Return a function that runs one of the programs here with its input as JSON, and returns its output."""
    node = need("node", "nodejs")
    install()

    def run(program: str, **inputs: object) -> dict[str, Any]:
        text = json.dumps(inputs)
        done = subprocess.run(
            [node, program], check=False, cwd=HERE, input=text, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{program} failed:\n{done.stderr}"
        output: dict[str, Any] = json.loads(done.stdout)
        return output

    return run


@pytest.fixture
def patient_url(live: Server) -> str:
    return f"{live.base_url}/connect/patient/search?health_id=OPC-2024-DEMO1"
