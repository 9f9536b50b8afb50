"""Counting the ledger by hour and day: whenever it runs and wherever it is killed, no call is lost or counted twice.

Only what is written long after its call arrived is seen a little later: when the worker has run again.
"""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from portal.audit.models import ApiCall
from portal.usage.counting import DAY, HOUR, count, day_of, hour_of
from portal.usage.figures import figures
from portal.usage.models import CountedCalls, LedgerHour, Progress
from portal.usage.tasks import count_calls
from tests.usage.histories import a_call, ago, expected, said, some_calls, write

pytestmark = pytest.mark.django_db
APPLICATION, OTHER = 7, 8


class KilledError(BaseException):
    """Not an Exception, as a signal is none."""


def killed_after(statements: int) -> AbstractContextManager[None]:
    """Kill the process before this statement."""
    left = [statements]

    def execute(run: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if left[0] <= 0 and not sql.startswith(("ROLLBACK", "RELEASE")):
            raise KilledError
        left[0] -= 1
        return run(sql, parameters, many, context)

    return connection.execute_wrapper(execute)


def written(number: int, *, since: datetime, until: datetime, seed: int) -> list[ApiCall]:
    rows = some_calls(APPLICATION, number, since=since, until=until, seed=seed)
    write(rows)
    return rows


@pytest.fixture
def history() -> list[ApiCall]:
    """Three days and a bit, of two applications and of strangers."""
    rows = some_calls(APPLICATION, 120, since=ago(days=3, hours=5), until=ago(seconds=1), seed=1)
    rows += some_calls(OTHER, 40, since=ago(days=3), until=ago(seconds=1), seed=2)
    rows += [a_call(None, at=ago(hours=30), status=401, error_code="token_missing", environment="")]
    rows.sort(key=lambda row: row.at)
    write(rows)
    return rows


def test_without_a_worker_the_figures_are_read_from_the_ledger(history: list[ApiCall]) -> None:
    assert not CountedCalls.objects.exists()
    assert said(APPLICATION) == expected(history, APPLICATION)


def test_counted_they_are_the_same_and_most_of_the_ledger_need_not_be_read(history: list[ApiCall]) -> None:
    before = figures(APPLICATION, 90)
    begun = ago(minutes=10)
    count_calls()
    ended = ago(minutes=10)
    after = figures(APPLICATION, 90)
    assert said(APPLICATION) == expected(history, APPLICATION)
    assert said(OTHER) == expected(history, OTHER)
    assert (after.total.median, after.total.p95) == (before.total.median, before.total.p95)
    counted_until = Progress.objects.get().counted_until
    assert counted_until in {hour_of(begun), hour_of(ended)}
    assert sum(CountedCalls.objects.values_list("calls", flat=True)) == sum(
        row.at < counted_until and row.application_id is not None for row in history
    )


def test_a_finished_day_takes_the_place_of_its_hours(history: list[ApiCall]) -> None:
    now = timezone.now()
    for hours in (50, 30, 1, 0):
        count(now - timedelta(hours=hours))
        assert said(APPLICATION) == expected(history, APPLICATION)
    today = day_of(now - timedelta(minutes=10))
    for row in CountedCalls.objects.all():
        assert row.until - row.since == (DAY if row.since < today else HOUR)
        assert row.until - row.since == HOUR or row.since == day_of(row.since)


def test_counting_again_changes_nothing(history: list[ApiCall]) -> None:
    count()
    counts = list(CountedCalls.objects.order_by("application_id", "since").values_list("since", "calls", "durations"))
    for minutes in (1, 11, 22):
        count(timezone.now() + timedelta(minutes=minutes))
        assert said(APPLICATION) == expected(history, APPLICATION)
    again = CountedCalls.objects.filter(since__lt=max(row[0] for row in counts))
    assert again.count() <= len(counts) + len(history)


def test_killed_before_any_statement_no_call_is_lost_or_counted_twice(history: list[ApiCall]) -> None:
    late = some_calls(APPLICATION, 10, since=ago(days=2), until=ago(seconds=1), seed=3)
    count(ago(hours=26))  # the next run has hours to count, days to close, and late rows in both
    write(late)
    wanted = expected([*history, *late], APPLICATION)
    statements = 0
    while True:
        try:
            with killed_after(statements):
                count()
            break
        except KilledError:
            assert expected(history, APPLICATION) <= said(APPLICATION) <= wanted, f"killed before {statements}"
        statements += 3
    assert statements > 30
    assert said(APPLICATION) == wanted
    count()
    assert said(APPLICATION) == wanted


def test_a_row_that_comes_late_is_counted_by_the_next_run(history: list[ApiCall]) -> None:
    count()
    late = [a_call(APPLICATION, at=ago(hours=hours), status=404, error_code="not_found") for hours in (2, 30, 70)]
    write(late)
    count()
    assert said(APPLICATION) == expected([*history, *late], APPLICATION)


def test_a_row_whose_id_commits_late_is_counted(history: list[ApiCall]) -> None:
    """PostgreSQL gives ids out before the commit: a lower one can appear after a higher one was read."""
    start = timezone.now()
    gap = a_call(APPLICATION, at=ago(hours=3))
    gap.pk = ApiCall.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    after = a_call(APPLICATION, at=ago(hours=2))
    after.pk = gap.pk + 1
    ApiCall.objects.bulk_create([after])
    count(start)
    count(start + timedelta(minutes=5))
    ApiCall.objects.bulk_create([gap])
    count(start + timedelta(minutes=9))
    assert said(APPLICATION) == expected([*history, after, gap], APPLICATION)


def test_settled_rows_are_not_read_again(history: list[ApiCall]) -> None:
    start = timezone.now()
    for minutes in (0, 11, 22):
        count(start + timedelta(minutes=minutes))
    assert Progress.objects.get().settled_id == ApiCall.objects.order_by("-pk").values_list("pk", flat=True)[0]
    assert not LedgerHour.objects.filter(changed=True, hour__lt=hour_of(start)).exists()


def test_a_stopping_worker_leaves_the_rest_for_later(history: list[ApiCall]) -> None:
    stopping = Event()
    stopping.set()
    count(stopping=stopping)
    assert Progress.objects.get().counted_until is None
    assert said(APPLICATION) == expected(history, APPLICATION)
    count()
    assert said(APPLICATION) == expected(history, APPLICATION)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_in_whatever_order_the_figures_are_the_ledgers(seed: int) -> None:
    """Rows come, some of them late; the worker runs, is killed, rests for days."""
    chance = random.Random(seed)
    rows: list[ApiCall] = []
    clock = ago(days=6)
    while clock < timezone.now():
        match chance.choice(("rows", "rows", "late", "count", "count", "kill", "rest")):
            case "rows":
                rows += written(6, since=clock - HOUR, until=clock, seed=chance.randrange(10**9))
            case "late":
                write(
                    new := some_calls(APPLICATION, 3, since=clock - 2 * DAY, until=clock, seed=chance.randrange(10**9))
                )
                rows += new
            case "count":
                count(clock)
                assert said(APPLICATION) == expected(rows, APPLICATION)
            case "kill":
                with suppress(KilledError), killed_after(chance.randrange(60)):
                    count(clock)
            case _:
                clock += chance.random() * DAY
        counted_until = Progress.objects.get().counted_until
        late = [row for row in rows if counted_until and row.at < counted_until]
        seen = expected(rows, APPLICATION)
        assert seen - expected(late, APPLICATION) <= said(APPLICATION) <= seen
        clock += chance.random() * 3 * HOUR
    count()
    assert said(APPLICATION) == expected(rows, APPLICATION)


def test_a_day_is_a_day_of_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nairobi's midnight, and the hour that Paris has twice in October, are hours like others."""
    midnight = datetime(2026, 10, 25, tzinfo=UTC)
    rows = [
        a_call(APPLICATION, at=midnight + offset)
        for offset in (-timedelta(microseconds=1), timedelta(0), timedelta(minutes=30), timedelta(minutes=90))
    ]
    write(rows)
    with timezone.override("Europe/Paris"):
        count()
        assert said(APPLICATION) == expected(rows, APPLICATION)
    by_day = figures(APPLICATION, 90).by_day
    assert (by_day[midnight.date()].calls, by_day[(midnight - DAY).date()].calls) == (3, 1)
