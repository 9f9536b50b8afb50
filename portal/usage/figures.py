"""What an application's calls add up to: by day, by endpoint, by how they ended."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, DateTimeField, F, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, TruncDay
from django.utils import timezone

from portal.audit.models import ApiCall
from portal.usage import durations
from portal.usage.models import CountedCalls, Progress

COLUMNS = ("day", "environment", "operation", "status", "error_code", "calls", "durations")


@dataclass
class Tally:
    """Calls that belong together. `errors` are those that were answered with 400 or more."""

    calls: int = 0
    errors: int = 0
    classes: Counter[int] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Take these calls in."""
        self.calls += other.calls
        self.errors += other.errors
        self.classes.update(other.classes)

    @property
    def good(self) -> int:
        """Return how many succeeded."""
        return self.calls - self.errors

    @property
    def success(self) -> float | None:
        """Return the share that succeeded, in percent; it says 100 only where all did."""
        if not self.calls:
            return None
        share = 100 * self.good / self.calls
        return min(share, 99.9) if self.errors else share

    @cached_property
    def median(self) -> float | None:
        """Return the median duration in milliseconds."""
        return durations.quantile(self.classes, 0.5)

    @cached_property
    def p95(self) -> float | None:
        """Return the duration in milliseconds that 95 of 100 calls did not exceed."""
        return durations.quantile(self.classes, 0.95)


@dataclass(frozen=True)
class Row:
    """Calls of one day, environment, operation and outcome."""

    day: date
    environment: str
    operation: str
    status: int
    error_code: str
    tally: Tally


@dataclass(frozen=True)
class Figures:
    """All rows of a range of days, and the sums that pages show, each made once."""

    days: Sequence[date]
    rows: Sequence[Row]

    @cached_property
    def total(self) -> Tally:
        """Return all calls."""
        return _sum(self.rows)

    @cached_property
    def by_day(self) -> Mapping[date, Tally]:
        """Return every day, also those without a call."""
        grouped = self._grouped(lambda row: row.day)
        return {day: grouped.get(day, Tally()) for day in self.days}

    @cached_property
    def by_operation(self) -> list[tuple[str, Tally]]:
        """Return the operations, the busiest first."""
        return _busiest_first(self._grouped(lambda row: row.operation))

    @cached_property
    def by_outcome(self) -> list[tuple[tuple[int, str], Tally]]:
        """Return status and error code, in the order of status."""
        return sorted(self._grouped(lambda row: (row.status, row.error_code)).items())

    def _grouped(self, key: Callable[[Row], Any]) -> dict[Any, Tally]:
        grouped: dict[Any, Tally] = {}
        for row in self.rows:
            grouped.setdefault(key(row), Tally()).add(row.tally)
        return grouped


def figures(application_id: int, days: int, environment: str = "") -> Figures:
    """Return the figures of the last so many days (UTC), today among them. Two queries."""
    today = timezone.now().astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    span = [first + timedelta(days=number) for number in range(days)]
    surely = _counted_until().values_list("counted_until", flat=True).first()
    begin = max(_start(first), surely or _start(first))
    found = _counted(application_id, first).union(_uncounted(application_id, begin), all=True)
    rows = (_row(*values) for values in found)
    return Figures(span, [row for row in rows if environment in {"", row.environment}])


def _counted(application_id: int, first: date) -> QuerySet[Any, Any]:
    """Return what the worker has counted. Up to where, is read in the same statement, and so at the same moment."""
    counted = CountedCalls.objects.filter(
        application_id=application_id, since__gte=_start(first), until__lte=Subquery(_counted_until())
    )
    return counted.annotate(day=F("since")).values_list(*COLUMNS)


def _uncounted(application_id: int, begin: datetime) -> QuerySet[Any, Any]:
    """Count the ledger's rows after that.

    `begin` is up to where was counted a moment ago, or the first day: with a time that it knows, PostgreSQL sees how
    few rows are left.
    """
    exactly = Coalesce(Subquery(_counted_until()), Value(begin, DateTimeField()))
    rows = ApiCall.objects.filter(application_id=application_id, at__gte=begin).filter(at__gte=exactly)
    found: QuerySet[Any, Any] = (
        rows.annotate(day=TruncDay("at", tzinfo=UTC), durations=Cast(durations.duration_class(), TextField()))
        .values("day", "environment", "operation", "status", "error_code", "durations")
        .annotate(calls=Count("pk"))
        .order_by()
        .values_list(*COLUMNS)
    )
    return found


def _counted_until() -> QuerySet[Any, Any]:
    return Progress.objects.filter(pk=1).values("counted_until")


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _row(at: datetime, environment: str, operation: str, status: int, code: str, calls: int, text: str) -> Row:
    tally = Tally(calls, calls if status >= 400 else 0, durations.read(text, calls))
    return Row(at.date(), environment, operation, status, code, tally)


def _sum(rows: Iterable[Row]) -> Tally:
    total = Tally()
    for row in rows:
        total.add(row.tally)
    return total


def _busiest_first(grouped: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    return sorted(grouped.items(), key=lambda pair: (-pair[1].calls, pair[0]))
