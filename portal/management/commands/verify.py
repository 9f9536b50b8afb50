"""`manage.py verify`: every check and test, in the order in which they fail fastest."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

BIN = Path(sys.executable).parent
PYTHON = sys.executable
CORES = os.cpu_count() or 1
IN_PARALLEL = ("-n", str(min(4, CORES + 1)), "--dist", "loadfile")
"""A process a core and one more, because many tests wait for servers; those of a file stay together and share them."""
BROWSER = "tests/browser"
SPREAD = ("-n", str(min(4, CORES)), "--dist", "loadgroup")
"""Test by test, each process with a browser and a server of its own; those of a group stay together."""
DEPLOYMENT = {
    "MODE": "production",
    "PUBLIC_URL": "https://developers.example.org",
    "ALLOWED_HOSTS": "developers.example.org",
    "EMAIL_URL": "smtp+tls://portal:password@smtp.example.org:587",
    **{name: f"{name}-for-the-deployment-check-0123456789-AbCdEfGhIjKl" for name in (
        "SECRET_KEY", "CREDENTIALS_PEPPER", "LEDGER_KEY", "KEY_ENCRYPTION_KEYS"
    )},
}  # fmt: skip


class Command(BaseCommand):
    """Run them all; the first failure stops the run, unless --keep-going."""

    help = "Run every check (ruff, mypy, djade, import-linter, migrations, deployment, OpenAPI) and every test."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--no-tests", action="store_true", help="only the checks")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        templates = [str(path) for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))]
        self._step("ruff check", [str(BIN / "ruff"), "check", "."])
        self._step("ruff format", [str(BIN / "ruff"), "format", "--check", "."])
        self._step("djade", [str(BIN / "djade"), "--check", "--target-version", "5.2", *templates])
        self._step("import-linter", [str(BIN / "lint-imports")])
        self._step("mypy", [str(BIN / "mypy")])
        self._step("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"])
        self._step("API versions", [PYTHON, "manage.py", "openapi_version", "--check"])
        self._step("deployment", [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], DEPLOYMENT)
        if not options["no_tests"]:
            self._step("tests", [PYTHON, "-m", "pytest", *IN_PARALLEL, f"--ignore={BROWSER}"])
            browser = [PYTHON, "-m", "pytest", BROWSER]
            self._step("tests in a browser", [*browser, *SPREAD, "-m", "not timed"])
            self._step("tests in a browser that has the machine to itself", [*browser, "-m", "timed"])
        if not options["no_tests"] and os.environ.get("CI") == "true":
            self._step("tests on PostgreSQL", [PYTHON, "-m", "tests.on_postgresql", *IN_PARALLEL])

    def _step(self, name: str, command: list[str], variables: Mapping[str, str] | None = None) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(f"— {name}"))
        self.stdout.flush()
        started = time.monotonic()
        done = subprocess.run(command, cwd=settings.BASE_DIR, env={**os.environ, **(variables or {})}, check=False)  # noqa: S603 - our own commands
        if done.returncode:
            raise CommandError(f"{name} failed", returncode=1)
        self.stdout.write(f"  {time.monotonic() - started:.1f} s")
