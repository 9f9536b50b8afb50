"""Pages over many rows on PostgreSQL: few queries, none of which reads the whole ledger. Times are for the bench."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.databases import postgresql
from tests.servers import PROJECT

APPLICATIONS, ROWS = 200, 100_000
MAXIMUM_QUERIES = 9


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Run the bench's own pages over a smaller ledger."""
    folder: Path = tmp_path_factory.mktemp("tables")
    with postgresql(folder) as url:
        variables = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(folder / "data"), "MODE": "development"}
        command = [sys.executable, "manage.py", "bench", "--only=tables", "--database=this", "--json", "--plans"]
        command += [f"--applications={APPLICATIONS}", f"--rows={ROWS}"]
        done = subprocess.run(command, cwd=PROJECT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return results


def test_every_page_asks_few_queries(measured: list[dict[str, Any]]) -> None:
    assert {result["page"] for result in measured} >= {"dashboard", "log", "one call", "usage, 14 days"}
    assert [result["page"] for result in measured if result["queries"] > MAXIMUM_QUERIES] == []


def test_no_page_reads_the_whole_ledger(measured: list[dict[str, Any]]) -> None:
    plans = [(result["page"], plan) for result in measured for plan in result["plans"]]
    assert len(plans) > len(measured), "the plans are there to be looked at"
    for table in ("audit_apicall", "usage_countedcalls"):
        assert [page for page, plan in plans if f"Seq Scan on {table}" in plan] == []
