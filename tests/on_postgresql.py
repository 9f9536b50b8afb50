"""`python -m tests.on_postgresql`: the tests of everything that stores, once more, on a PostgreSQL of their own."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.databases import postgresql

STORING = (
    "accounts",
    "applications",
    "approvals",
    "audit",
    "connect",
    "console",
    "edge",
    "limits",
    "mail",
    "oauth",
    "openapi",
    "usage",
)


def main() -> int:
    """Run them and return pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        with postgresql(Path(folder)) as url:
            folders = [f"tests/{name}" for name in STORING if Path("tests", name).exists()]
            variables = {**os.environ, "DATABASE_URL": url}
            return subprocess.run(
                [sys.executable, "-m", "pytest", *sys.argv[1:], *folders], env=variables, check=False
            ).returncode


if __name__ == "__main__":
    sys.exit(main())
