"""Calls counted by hour and by day, so that a page about three months need not read three months of the ledger.

Everything here is made from the ledger and can be made again. Plain ids, no foreign keys: like the ledger itself.
"""

from django.db import models
from django.db.models import F, Q


class CountedCalls(models.Model):
    """How often an application's calls of one operation ended one way within an hour, or within a finished day."""

    application_id = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(db_index=True)
    environment = models.CharField(max_length=10, blank=True)
    operation = models.CharField(max_length=64, blank=True)
    status = models.PositiveSmallIntegerField()
    error_code = models.CharField(max_length=40, blank=True)
    calls = models.PositiveIntegerField()
    durations = models.TextField(help_text="how many calls fell into which class of durations: 104:17 105:3")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application_id", "since", "until", "environment", "operation", "status", "error_code"],
                name="calls_counted_once",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="counted_span_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%dT%H:%MZ} {self.operation} {self.status}: {self.calls}"


class LedgerHour(models.Model):
    """Where in the ledger the calls of an hour stand. Ids are not in the order of time, so stretches overlap."""

    hour = models.DateTimeField(primary_key=True)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    changed = models.BooleanField(default=True, help_text="rows have come since it was counted")
    in_day = models.BooleanField(default=False, help_text="its calls are counted with their whole day")

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%dT%H:%MZ}"


class Progress(models.Model):
    """How far the counting has come. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    counted_until = models.DateTimeField(null=True, help_text="all calls before it are counted; later ones are not")
    settled_id = models.BigIntegerField(default=0, help_text="every row up to this id has been seen")
    marked_id = models.BigIntegerField(default=0, help_text="the newest id at `marked_at`")
    marked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_progress")]

    def __str__(self) -> str:
        return f"until {self.counted_until}"
