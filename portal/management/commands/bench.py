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
from portal.management.bench.servers import Measured, Target, ask, measure, serving

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


class Command(BaseCommand):
    """Measure tokens and authenticated reads, each with one server process."""

    help = "Measure tokens/s against raw RS256 signatures/s, and authenticated reads/s against a bare DRF view."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--seconds", type=float, default=5.0, help="how long each load runs (default 5)")
        parser.add_argument("--port", type=int, default=8765)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Measure and print."""
        seconds, port = options["seconds"], options["port"]
        with tempfile.TemporaryDirectory() as folder:
            signature = sign_for(seconds)
            with serving(port, Path(folder)) as process:
                token = measure(process, port, TOKEN, 200, seconds)
                read = measure(process, port, self._read(port), 200, seconds)
            settings_module = "portal.management.bench.bare_settings"
            with serving(port, Path(folder), DJANGO_SETTINGS_MODULE=settings_module) as process:
                bare = measure(process, port, BARE, 200, seconds)
        self.stdout.write(f"{'':34}{'per second':>12}{'CPU ms each':>13}{'of the limit':>14}")
        self._line("RS256 signature, raw (limit)", signature, signature)
        self._line("token", token, signature)
        self._line("bare DRF view, same JSON (limit)", bare, bare)
        self._line("authenticated read, with ledger", read, bare)

    def _read(self, port: int) -> Target:
        _status, answer = ask(port, TOKEN)
        headers = {"Authorization": f"Bearer {json.loads(answer)['access_token']}"}
        return Target("GET", "/api/v1/connect/patient/search?health_id=OPC-2024-DEMO1", headers)

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
