"""Lighthouse from npm, with Debian's Chromium: what Google would say about a page on a slow phone."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = settings.BASE_DIR / "tests" / "lighthouse"
PROGRAM = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
CHROME_FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LIMIT = 300
ATTEMPTS = 3
"""Chromium loses the beginning of a trace now and then (NO_NAVSTART), and Lighthouse asks to be run again."""


class MissingError(Exception):
    """Something is missing that Lighthouse needs."""


@dataclass(frozen=True)
class Report:
    """Scores from 0 to 100 by category, and what was wanting."""

    scores: Mapping[str, int]
    lcp: float
    bytes: int
    faults: tuple[str, ...]


def prepare() -> None:
    """Install Lighthouse as its lock file says.

    :raises MissingError: where a program is missing, or the installation fails.
    """
    missing = [name for name in ("node", "npm", "chromium") if shutil.which(name) is None]
    if missing:
        raise MissingError(f"not installed: {', '.join(missing)}")
    lock, installed = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    done = _run([_path("npm"), "ci", "--ignore-scripts"], os.environ)
    if done.returncode:
        raise MissingError(f"npm ci failed: {done.stderr.strip().splitlines()[-1:]}")
    installed.touch()


def audit(url: str) -> Report:
    """Measure the page with Lighthouse's own settings: a phone, slow 4G.

    :raises MissingError: where Lighthouse does not run.
    """
    with tempfile.TemporaryDirectory() as home:
        output = Path(home) / "report.json"
        command = [_path("node"), str(PROGRAM), url, "--quiet", "--output=json", f"--output-path={output}"]
        command += [f"--chrome-flags={CHROME_FLAGS}", "--no-enable-error-reporting"]
        for _attempt in range(ATTEMPTS):
            done = _run(command, {**os.environ, "CHROME_PATH": _path("chromium"), "HOME": home})
            if "NO_NAVSTART" not in done.stderr:
                break
        if done.returncode:
            raise MissingError(f"Lighthouse failed: {done.stderr.strip()[-300:]}")
        return read(json.loads(output.read_text()))


def read(report: Mapping[str, Any]) -> Report:
    """Return what matters of a report."""
    audits = report["audits"]
    wanting = {
        reference["id"]
        for category in report["categories"].values()
        for reference in category["auditRefs"]
        if reference["weight"] and (audits[reference["id"]]["score"] or 0) < 1
        if audits[reference["id"]]["scoreDisplayMode"] not in {"notApplicable", "manual", "informative"}
    }
    faults = tuple(
        f"{name}: {audits[name]['title']} {audits[name].get('displayValue', '')}".rstrip() for name in sorted(wanting)
    )
    return Report(
        scores={name: round((report["categories"][name]["score"] or 0) * 100) for name in CATEGORIES},
        lcp=audits["largest-contentful-paint"]["numericValue"] / 1000,
        bytes=int(audits["total-byte-weight"]["numericValue"]),
        faults=faults,
    )


def _path(name: str) -> str:
    return shutil.which(name) or name


def _run(command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own commands
        command, cwd=FOLDER, env=dict(environment), capture_output=True, text=True, timeout=LIMIT, check=False
    )
