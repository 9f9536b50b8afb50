"""What applications push, every version of it, and the answers that they got."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.connect.models.datasets import Dataset
from portal.connect.models.patients import Patient
from portal.connect.querysets import OfPatientQuerySet

RECORD_KINDS = ("encounters", "lab-results", "prescriptions")


class Record(models.Model):
    """A pushed encounter, laboratory report or prescription, as its newest version says.

    The natural key is what agents come back with after days offline. `source_version` is the source's count,
    `version` is ours.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="records")
    client_id = models.CharField(max_length=64, help_text="the OAuth client that pushed it")
    kind = models.CharField(max_length=13, choices=[(kind, kind) for kind in RECORD_KINDS])
    facility_code = models.CharField(max_length=40)
    source_id = models.CharField(max_length=128)
    source_version = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)
    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="records", db_index=False)
    status = models.CharField(max_length=20)
    body = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = OfPatientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client_id", "kind", "facility_code", "source_id"], name="record_once_per_source"
            ),
            models.CheckConstraint(condition=Q(kind__in=RECORD_KINDS), name="record_kind_known"),
            models.CheckConstraint(condition=Q(version__gte=1), name="record_version_counts_from_one"),
        ]
        indexes = [models.Index(fields=["patient", "client_id", "updated_at"], name="record_of_patient")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class RecordVersion(models.Model):
    """A record as it was received at one time. Kept, because somebody may have treated by it."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    source_version = models.BigIntegerField()
    body = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "version"], name="record_version_once")]

    def __str__(self) -> str:
        return f"{self.record_id} version {self.version}"


class IdempotentCall(models.Model):
    """What a call with an Idempotency-Key was answered. Only answers of calls that changed something are kept."""

    client_id = models.CharField(max_length=64)
    path = models.CharField(max_length=120)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the body")
    status = models.PositiveSmallIntegerField()
    location = models.CharField(max_length=200, blank=True)
    answer = models.JSONField()
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client_id", "path", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.path}"
