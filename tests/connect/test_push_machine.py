"""Whatever is retried, reordered, lost on its way or broken between two steps: each source's record once, in its
newest version, and a ledger row for each write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import OperationalError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from portal.audit.models import ApiCall
from portal.connect import datasets
from portal.connect.models import IdempotentCall, LabResult, Record, RecordVersion
from tests.connect.pushing import Pusher, report

EXAMPLES, STEPS = (150, 25) if os.environ.get("CI") == "true" else (12, 12)
UNTOUCHED = ("SAVEPOINT", "RELEASE", "ROLLBACK")
SOURCES, VERSIONS = st.integers(0, 2), st.integers(1, 4)
KEYS = st.sampled_from(["", "", "key-1", "key-2"])


class Breaks:
    """Raises at one of the statements that a call makes, before or after it was done."""

    def __init__(self, statement: int, error: type[Exception], after: bool) -> None:
        self.left, self.error, self.after, self.broke = statement, error, after, False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.broke or sql.startswith(UNTOUCHED):
            return execute(sql, params, many, context)
        self.left -= 1
        if self.left > 0:
            return execute(sql, params, many, context)
        self.broke = True
        if self.after:
            execute(sql, params, many, context)
        raise self.error


@contextmanager
def undone() -> Iterator[None]:
    """Take back what was stored."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    datasets.forget()


class Pushing(RuleBasedStateMachine):
    """A client that pushes, and a model of what the store must hold."""

    api: ClassVar[Client]

    def __init__(self) -> None:
        super().__init__()
        self.undone = undone()
        self.undone.__enter__()
        self.pusher = Pusher(self.api)
        self.newest: dict[int, int] = {}
        self.written = 0
        self.keys: dict[str, tuple[int, int, Any]] = {}

    def teardown(self) -> None:
        self.undone.__exit__(None, None, None)

    def _push(self, source: int, version: int, key: str) -> Any:
        body = report(source_id=f"S{source}", source_version=version)
        body["results"][0]["value_quantity"]["value"] = version
        return self.pusher.push("lab-results", body, **({"Idempotency_Key": key} if key else {}))

    def _wanted(self, source: int, version: int, key: str) -> int:
        if key in self.keys:
            first_source, first_version, first = self.keys[key]
            return int(first.status_code) if (first_source, first_version) == (source, version) else 422
        newest = self.newest.get(source, 0)
        return 201 if not newest else 200 if version >= newest else 409

    def _note(self, source: int, version: int, key: str, answer: Any) -> None:
        if answer.status_code >= 300 or key in self.keys:
            return
        if version > self.newest.get(source, 0):
            self.newest[source] = version
            self.written += 1
        if key:
            self.keys[key] = (source, version, answer)

    @rule(source=SOURCES, version=VERSIONS, key=KEYS)
    def push(self, source: int, version: int, key: str) -> None:
        """Send one; nobody can tell whether it is the first time, a retry, or late."""
        answer = self._push(source, version, key)
        assert answer.status_code == self._wanted(source, version, key), answer.content
        if key in self.keys and answer.status_code < 300:
            assert answer.json() == self.keys[key][2].json()
        self._note(source, version, key, answer)

    @rule(
        source=SOURCES,
        version=VERSIONS,
        key=KEYS,
        statement=st.integers(1, 20),
        error=st.sampled_from([OperationalError, RuntimeError]),
        after=st.booleans(),
    )
    def push_that_breaks(
        self, source: int, version: int, key: str, statement: int, error: type[Exception], after: bool
    ) -> None:
        """Break at any statement. The client learns that it failed, or is answered as if nothing had been."""
        breaks = Breaks(statement, error, after)
        wanted = self._wanted(source, version, key)
        with connection.execute_wrapper(breaks):
            answer = self._push(source, version, key)
        assert answer.status_code == wanted or (breaks.broke and answer.status_code in {500, 503})
        self._note(source, version, key, answer)

    @invariant()
    def the_store_is_the_model(self) -> None:
        mine = Record.objects.filter(client_id=self.pusher.credentials["client_id"])
        assert {one.source_id: one.source_version for one in mine} == {
            f"S{source}": version for source, version in self.newest.items()
        }
        assert RecordVersion.objects.filter(record__in=mine).count() == self.written
        for record in mine:
            shown = LabResult.objects.filter(record=record, loinc="718-7").values_list("body", flat=True)
            assert [row["value_quantity"]["value"] for row in shown] == [record.source_version]
        assert set(IdempotentCall.objects.values_list("key", flat=True)) == set(self.keys)

    @invariant()
    def the_ledger_has_a_row_for_each_write(self) -> None:
        rows = ApiCall.objects.filter(operation="pushLabResults", outcome="allowed", replay=False)
        assert rows.count() == self.written


def test_retries_reorderings_and_breaks_leave_each_record_once_in_its_newest_version(api: Client) -> None:
    rules = settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(type("Machine", (Pushing,), {"api": api}), settings=rules)
