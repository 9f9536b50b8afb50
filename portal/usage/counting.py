"""Counting the ledger by hour and by day.

An hour is counted by replacing its counts with what the ledger says now, in one transaction: so counting twice, by two
workers or after a kill, changes nothing. A finished day replaces its hours in the same way. Pages add the counts up to
`Progress.counted_until` to what they read in the ledger after it, in one statement; if this never ran, they read all
of it.

Ids commit out of order on PostgreSQL. A row is only taken as seen when an id that was given out `PATIENCE` after its
own has been read; until then every run looks at it again. A row that comes late marks its hour as changed.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

from django.db import connection, transaction
from django.db.models import Max, Min
from django.db.models.functions import TruncHour
from django.utils import timezone

from portal.audit.models import ApiCall
from portal.usage.durations import FACTOR
from portal.usage.models import CountedCalls, LedgerHour, Progress

PATIENCE = timedelta(minutes=10)
"""Longer than a call takes to be answered and its row to be committed."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STRIDE = 200_000
"""So many ids are looked through at a time."""


def count(now: datetime | None = None, stopping: Event | None = None) -> None:
    """Count what has come since the last run. Killed anywhere, it is right; the next run goes on."""
    now = now or timezone.now()
    before, _created = Progress.objects.get_or_create(pk=1)
    newest = ApiCall.objects.aggregate(newest=Max("pk"))["newest"] or 0
    _note_hours(before.settled_id, newest)
    until = max(filter(None, (before.counted_until, hour_of(now - PATIENCE))))
    for _ in _count_changed(before.counted_until, until):
        if stopping and stopping.is_set():
            return
    _advance(before, until, newest, now)
    for day in _days_to_close(until):
        if stopping and stopping.is_set():
            return
        _count_day(day)


def hour_of(moment: datetime) -> datetime:
    """Return the start of the hour."""
    return moment.replace(minute=0, second=0, microsecond=0)


def day_of(moment: datetime) -> datetime:
    """Return the start of the day (UTC)."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _note_hours(after: int, newest: int) -> None:
    """Mark the hours of these rows as changed, and where their rows stand."""
    while after < newest:
        upto = min(after + STRIDE, newest)
        rows = ApiCall.objects.filter(pk__gt=after, pk__lte=upto).annotate(hour=TruncHour("at", tzinfo=UTC))
        found = list(rows.values("hour").annotate(first=Min("pk"), last=Max("pk")).order_by("hour"))
        with transaction.atomic():
            _lock()
            for row in found:
                hour, created = LedgerHour.objects.get_or_create(
                    hour=row["hour"], defaults={"first_id": row["first"], "last_id": row["last"]}
                )
                if not created:
                    hour.first_id, hour.last_id = min(hour.first_id, row["first"]), max(hour.last_id, row["last"])
                    hour.changed = True
                    hour.save()
        after = upto


def _count_changed(counted_until: datetime | None, until: datetime) -> Iterator[datetime]:
    """Count every changed hour before `until`; yield after each.

    A day whose hours nobody reads yet is counted at once as a day.
    """
    while hour := LedgerHour.objects.filter(changed=True, hour__lt=until).order_by("hour").first():
        day = day_of(hour.hour)
        unread = counted_until is None or day >= counted_until
        if hour.in_day or (unread and day + DAY <= until):
            _count_day(day)
        else:
            _count_hour(hour.hour)
        yield hour.hour


def _advance(before: Progress, until: datetime, newest: int, now: datetime) -> None:
    """Let the pages read what was counted."""
    settled, marked_id, marked_at = before.settled_id, before.marked_id, before.marked_at
    if marked_at is None or now - marked_at >= PATIENCE:
        settled, marked_id, marked_at = marked_id, newest, now
    unchanged = Progress.objects.filter(settled_id=before.settled_id, marked_at=before.marked_at)
    unchanged.update(counted_until=until, settled_id=settled, marked_id=marked_id, marked_at=marked_at)


def _days_to_close(until: datetime) -> list[datetime]:
    open_hours = LedgerHour.objects.filter(in_day=False, hour__lt=day_of(until)).values_list("hour", flat=True)
    return sorted({day_of(hour) for hour in open_hours})


@transaction.atomic
def _count_hour(hour: datetime) -> None:
    _lock()
    place = LedgerHour.objects.get(pk=hour)
    _replace(hour, hour + HOUR, place.first_id, place.last_id)
    LedgerHour.objects.filter(pk=hour).update(changed=False)


@transaction.atomic
def _count_day(day: datetime) -> None:
    _lock()
    hours = LedgerHour.objects.filter(hour__gte=day, hour__lt=day + DAY)
    place = hours.aggregate(first=Min("first_id"), last=Max("last_id"))
    _replace(day, day + DAY, place["first"], place["last"])
    hours.update(changed=False, in_day=True)


def _lock() -> None:
    """Let one process count at a time, until its transaction ends. SQLite has locked already."""
    Progress.objects.select_for_update().get(pk=1)


def _replace(since: datetime, until: datetime, first_id: int, last_id: int) -> None:
    """Put what the ledger says of this span in the place of what was counted."""
    CountedCalls.objects.filter(since__gte=since, until__lte=until).delete()
    join = "string_agg" if connection.vendor == "postgresql" else "group_concat"
    moments = [connection.ops.adapt_datetimefield_value(moment) for moment in (since, until)]
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE.format(join=join), [*moments, FACTOR, first_id, last_id, *moments])


_REPLACE = f"""
    INSERT INTO {CountedCalls._meta.db_table}
        (since, until, application_id, environment, operation, status, error_code, calls, durations)
    SELECT %s, %s, application_id, environment, operation, status, error_code,
        SUM(calls), {{join}}(class || ':' || calls, ' ')
    FROM (
        SELECT application_id, environment, operation, status, error_code,
            CAST(FLOOR(LN(CAST(duration_us + 1 AS double precision)) * %s) AS integer) AS class, COUNT(*) AS calls
        FROM {ApiCall._meta.db_table}
        WHERE id BETWEEN %s AND %s AND at >= %s AND at < %s AND application_id IS NOT NULL
        GROUP BY application_id, environment, operation, status, error_code, class
    ) AS counted
    GROUP BY application_id, environment, operation, status, error_code
"""  # noqa: S608 - our own table names
