"""Signed-in pages over big tables: 10,000 applications and five million ledger rows on PostgreSQL.

`manage.py bench --only tables` starts a PostgreSQL for it. With `--database this` it fills that of DATABASE_URL.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser, call_command
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.models import Membership, Organisation, Role, TermsAcceptance, User
from portal.applications.models import Application, Client, ClientSecret
from portal.audit.models import ApiCall
from portal.management.bench import databases
from portal.usage.counting import count

DAYS = 90
TIMES = 15
PER_ORGANISATION = 20
GOAL_MS, GOAL_QUERIES = 100, 10
BUSIEST = "bench00000"
OWNER = "owner@bench.example"
FILL = """
    INSERT INTO audit_apicall (
        at, request_id, client_id, application_id, organisation_id, environment, credential, token_id, address,
        method, route, operation, scope, patient, outcome, error_code, status, replay, break_glass, duration_us)
    SELECT
        %(start)s + (number - spread) * %(step)s::interval, md5(number::text),
        'opc_sandbox_' || lpad(app::text, 16, '0'),
        %(application)s + app, %(organisation)s + app / %(per_organisation)s, 'sandbox',
        'secret:' || (%(secret)s + app), md5('token' || number / 20), '10.2.' || app %% 250 || '.' || number %% 250,
        CASE WHEN kind < 0.2005 THEN 'POST' ELSE 'GET' END,
        CASE WHEN kind < 0.0005 THEN 'v1/connect/auth/revoke' WHEN kind < 0.2005 THEN 'v1/connect/auth/token'
            WHEN kind < 0.6 THEN 'v1/connect/patient/search' ELSE 'v1/connect/patients/<str:health_id>' END,
        CASE WHEN kind < 0.0005 THEN 'revokeToken' WHEN kind < 0.2005 THEN 'createToken'
            WHEN kind < 0.6 THEN 'searchPatient' ELSE 'getPatient' END,
        CASE WHEN kind < 0.2005 THEN '' ELSE 'patient:profile:read' END, '',
        CASE WHEN fate < 0.0101 THEN 'failed' WHEN fate < 0.02 THEN 'denied' ELSE 'allowed' END,
        CASE WHEN fate < 0.0001 THEN 'ambiguous_identifier' WHEN fate < 0.0101 THEN 'not_found'
            WHEN fate < 0.02 THEN 'token_expired' ELSE '' END,
        CASE WHEN fate < 0.0001 THEN 409 WHEN fate < 0.0101 THEN 404 WHEN fate < 0.02 THEN 401 ELSE 200 END,
        false, false, 2000 + (exp(spread * 4) * 1000)::integer
    FROM (
        SELECT number, floor(power(random(), 4) * %(applications)s)::integer AS app,
            random() AS kind, random() AS fate, random() AS spread
        FROM generate_series(1, %(rows)s) AS number
    ) AS calls
"""
"""One application in a tenth of all calls, thousands with a handful; one call in ten thousand is answered with 409."""


@dataclass(frozen=True)
class Measured:
    """What one page cost: medians of the time that passed and of this process's CPU time, in milliseconds.

    `plans` are those of what it asks the ledger and the counts, where they were wanted.
    """

    page: str
    milliseconds: float
    cpu: float
    queries: int
    plans: tuple[str, ...]


def build(applications: int, rows: int) -> None:
    """Fill the empty database: people and applications through the models, the ledger as PostgreSQL does it fast."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    firsts = _people(applications)
    with connection.cursor() as cursor, connection.schema_editor() as editor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute("ALTER TABLE audit_apicall SET UNLOGGED")
        for index in ApiCall._meta.indexes:
            editor.remove_index(ApiCall, index)
        step = timedelta(days=DAYS) / rows
        cursor.execute(
            FILL,
            {
                **firsts,
                "start": timezone.now() - timedelta(days=DAYS),
                "step": f"{step.total_seconds():.6f} s",
                "rows": rows,
                "applications": applications,
                "per_organisation": PER_ORGANISATION,
            },
        )
        for index in ApiCall._meta.indexes:
            editor.add_index(ApiCall, index)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _people(applications: int) -> dict[str, int]:
    """Create organisations, applications, clients, secrets and one owner; return the first ids."""

    organisations = Organisation.objects.bulk_create(
        Organisation(public_id=f"group{number:05}", name=f"Organisation {number}")
        for number in range(-(-applications // PER_ORGANISATION))
    )
    owner = User.objects.create(email=OWNER, name="Owner")
    TermsAcceptance.objects.create(user=owner, version=settings.TERMS_VERSION)
    Membership.objects.create(user=owner, organisation=organisations[0], role=Role.OWNER)
    made = Application.objects.bulk_create(
        Application(
            public_id=f"bench{number:05}",
            name=f"Application {number}",
            organisation=organisations[number // PER_ORGANISATION],
        )
        for number in range(applications)
    )
    clients = Client.objects.bulk_create(
        Client(application=one, environment="sandbox", client_id=f"opc_sandbox_{number:016}")
        for number, one in enumerate(made)
    )
    secrets = ClientSecret.objects.bulk_create(
        ClientSecret(client=one, digest=f"{number:064}", last_four="9xYz", created_by="Owner")
        for number, one in enumerate(clients)
    )
    return {"organisation": organisations[0].pk, "application": made[0].pk, "secret": secrets[0].pk}


def measure(*, plans: bool) -> Iterator[Measured]:
    """Visit every page as the owner of the busiest application."""

    browser = Browser(HTTP_HOST="localhost")
    browser.force_login(User.objects.get(email=OWNER))
    for name, path in _pages(browser).items():
        _visit(browser, path)
        spent = []
        for _ in range(TIMES):
            started, cpu = time.perf_counter(), time.process_time()
            _visit(browser, path)
            spent.append((time.perf_counter() - started, time.process_time() - cpu))
        with CaptureQueriesContext(connection) as seen:
            _visit(browser, path)
        asked = [query["sql"] for query in seen.captured_queries]
        passed, worked = (statistics.median(values) * 1000 for values in zip(*spent, strict=True))
        yield Measured(name, passed, worked, len(asked), tuple(_plans(asked)) if plans else ())


def _pages(browser: Browser) -> Mapping[str, str]:
    """Return the addresses by the names of the pages."""

    application = f"/applications/{BUSIEST}"
    log, usage, now = f"{application}/log/", f"{application}/usage/", timezone.now()
    place = re.findall(r'data-place="([^"]+)"', _visit(browser, log))[0]
    middle = _visit(browser, f"{log}?until={_when(now, DAYS // 2)}")
    deep = re.findall(r'data-place="([^"]+)"', middle)[-1]
    secret = ClientSecret.objects.order_by("pk").values_list("pk", flat=True)[0]
    return {
        "dashboard": "/applications/",
        "log": log,
        "log, new rows (asked for every second)": f"{log}rows/",
        "log, with 409 (1 in 10,000)": f"{log}?status=409",
        "log, with 409, further back": f"{log}?status=409&before={deep}",
        "log, with 503 (none at all)": f"{log}?status=503",
        "log, one endpoint (1 in 2,000)": f"{log}?endpoint=revokeToken",
        "log, one secret, refused": f"{log}?client=secret:{secret}&status=4",
        "log, one request id": f"{log}?request_id={place.partition('-')[2]}",
        "log, one day, 40 days ago": f"{log}?since={_when(now, 40)}&until={_when(now, 39)}",
        "log, 45 days back": f"{log}?before={deep}",
        "one call": f"{log}{deep}/",
        "usage, 14 days": usage,
        "usage, 90 days": f"{usage}?days=90",
        "usage, 90 days, as CSV": f"{usage}daily.csv?days=90",
    }


def _when(now: datetime, days: int) -> str:
    return f"{now - timedelta(days=days):%Y-%m-%dT%H:%M}"


def _visit(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return answer.content.decode()


def _plans(asked: Iterable[str]) -> Iterator[str]:
    with connection.cursor() as cursor:
        for statement in asked:
            if "audit_apicall" in statement or "usage_countedcalls" in statement:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}")
                yield "\n".join(line for (line,) in cursor.fetchall())


def add_arguments(parser: CommandParser) -> None:
    """Add the options of this part."""
    group = parser.add_argument_group("tables")
    group.add_argument("--applications", type=int, default=10_000)
    group.add_argument("--rows", type=int, default=5_000_000, help="of the ledger")
    group.add_argument("--plans", action="store_true", help="show how PostgreSQL finds what the pages ask for")
    group.add_argument("--json", action="store_true", help="for a machine")
    group.add_argument("--database", choices=("own", "this"), default="own", help="this: fill the empty DATABASE_URL")


def bench(write: Callable[[str], object], options: Mapping[str, Any]) -> None:
    """Measure, and write what came out."""
    if options["database"] == "own":
        _on_a_server_of_its_own(write, options)
        return
    made = _seconds(lambda: build(options["applications"], options["rows"]))
    counted = _seconds(count)
    results = list(measure(plans=options["plans"]))
    if options["json"]:
        write(json.dumps([asdict(result) for result in results]))
        return
    size = f"{options['applications']:,} applications and {options['rows']:,} ledger rows"
    write(f"{size}, made in {made:.0f} s, counted in {counted:.0f} s")
    write(f"{'':42}{'median ms':>10}{'CPU ms':>8}{'queries':>9}   (goal: under {GOAL_MS} and {GOAL_QUERIES})")
    for result in results:
        write(f"{result.page:42}{result.milliseconds:10.1f}{result.cpu:8.1f}{result.queries:9}")
        for plan in result.plans:
            write(f"\n{plan}\n")


def _on_a_server_of_its_own(write: Callable[[str], object], options: Mapping[str, Any]) -> None:
    """Run the same on a PostgreSQL that is started for it.

    :raises CommandError: where it fails.
    """
    if not databases.has_postgresql():
        write(f"Tables skipped: {databases.MISSING}")
        return
    with databases.postgresql() as (folder, url):
        environment = {**os.environ, "DATABASE_URL": url, "DATA_DIR": f"{folder}/data", "MODE": "development"}
        command = [sys.executable, "manage.py", "bench", "--only", "tables", "--database", "this"]
        command += [f"--{name}={options[name]}" for name in ("applications", "rows")]
        command += [f"--{name}" for name in ("plans", "json") if options[name]]
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise CommandError(done.stderr.strip() or "it failed")
    write(done.stdout.rstrip())


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
