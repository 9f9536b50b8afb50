"""What a read costs among ever more patients: it is found by an index, so it must stay the same."""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser

from portal.applications.published import SANDBOX_CLIENT
from portal.management.bench import databases
from portal.management.bench.api import API, bearer, token_of
from portal.management.bench.servers import Load, Target, environment_of, measure, serving

SIZES = (500, 5_000, 50_000, 500_000)
TOKEN = token_of(SANDBOX_CLIENT, "patient:profile:read", "lab:results:read")


def add_arguments(parser: CommandParser) -> None:
    """Add the option of this part."""
    group = parser.add_argument_group("growth")
    group.add_argument("--patients", type=int, default=SIZES[-1], help="at most so many")


def bench(write: Callable[[str], object], port: int, seconds: float, options: Mapping[str, Any]) -> None:
    """Measure, and write what came out: per database a line per size, then the plans among the most patients."""
    for database, folder, url in databases.each():
        with serving(port, folder, DATABASE_URL=url) as process:
            environment = environment_of(port, folder, DATABASE_URL=url)
            write(f"\n{database:12}{'patients read':>15}{'CPU ms each':>13}{'lab results read':>18}{'CPU ms each':>13}")
            for size in [size for size in SIZES if size <= options["patients"]] or SIZES[:1]:
                headers = bearer(port, TOKEN)
                known = _grown(environment, size, headers["Authorization"].removeprefix("Bearer "))
                patient, results = (
                    measure(process, port, _reads(known[whose], headers, path), 200, seconds)
                    for whose, path in (("everybody", ""), ("fixtures", "/lab-results"))
                )
                write(
                    f"{size:>10,}  {patient.rate:13.0f}/s{patient.cpu:13.2f}{results.rate:16.0f}/s{results.cpu:13.2f}"
                )
        write(f"\n{database}, plans of these reads among {size:,} patients")
        for plan in known["plans"]:
            write(f"\n{plan}")


def _grown(environment: dict[str, str], size: int, token: str) -> dict[str, Any]:
    """Fill the server's database in a process of its own, and return what that says.

    :raises CommandError: where it fails.
    """
    grow = f"grow({size}, {token!r})"
    code = f"import json; from portal.management.bench.crowd import grow; print(json.dumps(vars({grow})))"
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CommandError(done.stderr.strip() or "it failed")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _reads(health_ids: Sequence[str], headers: Mapping[str, str], path: str) -> Load:
    """Return a load that reads one patient after the other."""
    turns = itertools.cycle(health_ids)
    return lambda: Target("GET", f"{API}/patients/{next(turns)}{path}", headers)
