"""Patients who were read in an emergency."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.applications.models import Application
from portal.connect.models.datasets import Dataset
from portal.connect.models.patients import Patient

SHORTEST_REASON, LONGEST_REASON = 10, 200
OPEN_FOR = timedelta(minutes=15)


class BreakGlassOpening(models.Model):
    """One patient, opened to one client for a while, although its organisation has no care relationship.

    The reason is what the caller wrote and may name somebody: it stands here, for reviewers, and nowhere else.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="openings", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="openings", db_index=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    client_id = models.CharField(max_length=64, help_text="the OAuth client to which it was opened")
    reason = models.CharField(max_length=LONGEST_REASON)
    request_id = models.CharField(max_length=64, help_text="of the call in the ledger")
    opened_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_at_by = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(looked_at__isnull=True, looked_at_by="", note="")
                | Q(looked_at__isnull=False) & ~Q(looked_at_by="") & ~Q(note=""),
                name="opening_is_looked_at_by_someone",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "client_id", "opened_at"], name="opening_of_patient"),
            models.Index(fields=["dataset", "looked_at", "opened_at"], name="opening_waits"),
        ]

    def __str__(self) -> str:
        return f"opening {self.public_id}"

    @property
    def closes_at(self) -> datetime:
        """Return when the patient is closed again."""
        return self.opened_at + OPEN_FOR
