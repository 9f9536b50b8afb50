"""`manage.py bench`: how fast the hot paths are, as ratios to a limit taken in the same run.

Figures of one machine mean little on another; the ratio to what the machine can do at best means the same everywhere.
"""

import json
import tempfile
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.core.management.base import BaseCommand, CommandParser

from portal.applications.published import SANDBOX_CLIENT
from portal.management.bench import lighthouse, matching, tables
from portal.management.bench.guides import MANY, many_guides, one_guide
from portal.management.bench.servers import Measured, Target, ask, etag, measure, serving

TOKEN = Target(
    "POST",
    "/api/v1/connect/auth/token",
    {"Content-Type": "application/json"},
    json.dumps(
        {
            "grant_type": "client_credentials",
            "client_id": SANDBOX_CLIENT.client_id,
            "client_secret": SANDBOX_CLIENT.client_secret,
            "scope": "patient:profile:read",
        }
    ).encode(),
)
BARE = Target("GET", "/bare")
BARE_SETTINGS = "portal.management.bench.bare_settings"
GOAL_MS = 2_000


GUIDE = Target("GET", "/guides/getting-started/", {"Accept-Encoding": "gzip"})
BARE_PAGE = Target("GET", "/page", {"Accept-Encoding": "gzip"})


class Command(BaseCommand):
    """Measure what is asked for most, each with one server process."""

    help = (
        "Measure tokens/s against raw RS256 signatures/s, authenticated reads/s against a bare DRF view, guide pages/s "
        "against a bare Django view, the milliseconds that guides take to render, how often matching is right, "
        "signed-in pages over big tables, and Lighthouse's scores."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--seconds", type=float, default=5.0, help="how long each load runs (default 5)")
        parser.add_argument("--port", type=int, default=8765)
        parser.add_argument(
            "--only", choices=("api", "guides", "matching", "tables", "lighthouse"), help="only this part"
        )

        tables.add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Measure and print."""
        parts = {
            "api": self._api,
            "guides": self._guides,
            "matching": self._matching,
            "tables": lambda *_: tables.bench(self.stdout.write, options),
            "lighthouse": self._lighthouse,
        }
        for name, part in parts.items():
            if options["only"] in {None, name}:
                with tempfile.TemporaryDirectory() as folder:
                    part(options["port"], options["seconds"], Path(folder))

    def _api(self, port: int, seconds: float, folder: Path) -> None:
        signature = sign_for(seconds)
        with serving(port, folder) as process:
            token = measure(process, port, TOKEN, 200, seconds)
            read = measure(process, port, self._read(port), 200, seconds)
        with serving(port, folder, DJANGO_SETTINGS_MODULE=BARE_SETTINGS) as process:
            bare = measure(process, port, BARE, 200, seconds)
        self._head()
        self._line("RS256 signature, raw (limit)", signature, signature)
        self._line("token", token, signature)
        self._line("bare DRF view, same JSON (limit)", bare, bare)
        self._line("authenticated read, with ledger", read, bare)

    def _guides(self, port: int, seconds: float, folder: Path) -> None:
        with serving(port, folder) as process:
            page = measure(process, port, GUIDE, 200, seconds)
            known = Target(GUIDE.method, GUIDE.path, {**GUIDE.headers, "If-None-Match": etag(port, GUIDE)})
            unchanged = measure(process, port, known, 304, seconds)
        with serving(port, folder, DJANGO_SETTINGS_MODULE=BARE_SETTINGS) as process:
            bare = measure(process, port, BARE_PAGE, 200, seconds)
        self._head()
        self._line("bare Django view, 8 kB (limit)", bare, bare)
        self._line("guide page", page, bare)
        self._line("guide page, not modified (304)", unchanged, bare)
        self.stdout.write(f"{'one guide, rendered':34}{one_guide():12.0f} ms")
        self.stdout.write(f"{f'{MANY} guides, in two languages':34}{many_guides():12.0f} ms (goal {GOAL_MS})")

    def _matching(self, _port: int, _seconds: float, _folder: Path) -> None:
        self.stdout.write("\nThe matching trial: 20,000 generated people, and 8,000 who come to the desk")
        for line in matching.report(matching.run()):
            self.stdout.write(line)
        self.stdout.write("\nweights in bits, and in brackets what the population shows")
        for line in matching.report_weights():
            self.stdout.write(line)

    def _lighthouse(self, port: int, _seconds: float, folder: Path) -> None:
        try:
            lighthouse.prepare()
            with serving(port, folder):
                for path in ("/", GUIDE.path):
                    self._report(path, lighthouse.audit(f"http://localhost:{port}{path}"))
        except lighthouse.MissingError as exc:
            self.stdout.write(f"Lighthouse skipped: {exc}")

    def _report(self, path: str, report: lighthouse.Report) -> None:
        scores = ", ".join(f"{name} {score}" for name, score in report.scores.items())
        self.stdout.write(f"Lighthouse {path}: {scores}; LCP {report.lcp:.2f} s, {report.bytes / 1000:.1f} kB")
        for fault in report.faults:
            self.stdout.write(f"  {fault}")

    def _read(self, port: int) -> Target:
        _status, answer = ask(port, TOKEN)
        headers = {"Authorization": f"Bearer {json.loads(answer)['access_token']}"}
        return Target("GET", "/api/v1/connect/patient/search?health_id=OPC-2024-DEMO1", headers)

    def _head(self) -> None:
        self.stdout.write(f"{'':34}{'per second':>12}{'CPU ms each':>13}{'of the limit':>14}")

    def _line(self, name: str, measured: Measured, limit: Measured) -> None:
        share = limit.cpu / measured.cpu
        self.stdout.write(f"{name:34}{measured.rate:12.0f}{measured.cpu:13.2f}{share:13.0%}")


def sign_for(seconds: float) -> Measured:
    """Sign what a token signs, and nothing else, with one process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text, count, started, cpu = b"x" * 500, 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - started < seconds:
        key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        count += 1
    return Measured(count / (time.perf_counter() - started), (time.process_time() - cpu) / count * 1000)
