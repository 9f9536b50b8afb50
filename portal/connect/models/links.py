"""How people are found again: numbers that organisations gave them, keys for matching, matches to be looked at."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import Organisation
from portal.connect.models.datasets import Dataset
from portal.connect.models.patients import Patient
from portal.edge.environments import PRODUCTION, SANDBOX, Environment


class LocalLink(models.Model):
    """An organisation's own number for a patient. One number is one patient, until it is given to somebody else."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="links")
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="null for a fixture's link, which every organisation meets in the sandbox",
    )
    source = models.CharField(max_length=60, help_text="the organisation's name for the system that gave the number")
    local_number = models.CharField(max_length=64)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="links", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(default=timezone.now, help_text="when this person was asked for last")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when the number was given to somebody else")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "source", "local_number", "dataset"],
                condition=Q(ended_at__isnull=True),
                name="local_number_is_one_patient",
            ),
            models.UniqueConstraint(
                fields=["source", "local_number", "dataset"],
                condition=Q(ended_at__isnull=True, organisation__isnull=True),
                name="local_number_is_one_fixture",
            ),
        ]
        indexes = [models.Index(fields=["patient", "organisation", "resolved_at"], name="link_of_patient")]

    def __str__(self) -> str:
        return f"link {self.pk}"


class BlockingKey(models.Model):
    """A key under which a patient is filed; see `blocking`. The dataset is the patient's."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="keys")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "dataset", "patient"], name="blocking_key_once_per_patient"),
        ]

    def __str__(self) -> str:
        return f"key of patient {self.patient_id}"


class MatchReview(models.Model):
    """A patient who may be somebody known: created so that nobody had to wait, and to be looked at.

    `candidates` holds, for each, the Health ID, the grade, the score, and the names of the fields that agree.
    """

    AMBIGUOUS, REUSED_NUMBER = "ambiguous", "reused_number"
    KINDS = (AMBIGUOUS, REUSED_NUMBER)
    MERGED, KEPT_APART = "merged", "kept_apart"
    DECISIONS = (MERGED, KEPT_APART)

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="reviews")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=13, choices=[(kind, kind) for kind in KINDS])
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reviews")
    candidates = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=10, blank=True, choices=[(each, each) for each in DECISIONS])
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    moved = models.JSONField(default=list, help_text="aliases that the merged patient brought, by id")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=("ambiguous", "reused_number")), name="review_kind"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_by="", survivor__isnull=True)
                | (
                    Q(decided_at__isnull=False)
                    & ~Q(decided_by="")
                    & (Q(decision="merged", survivor__isnull=False) | Q(decision="kept_apart", survivor__isnull=True))
                ),
                name="review_is_decided_by_someone",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(decided_at__isnull=True), name="review_waits"),
        ]

    def __str__(self) -> str:
        return f"review {self.public_id}"

    @property
    def environment(self) -> Environment:
        """Return where it happened: production, or some application's sandbox."""
        return PRODUCTION if self.dataset.kind == Dataset.PRODUCTION else SANDBOX

    @property
    def short_id(self) -> str:
        """Return the beginning of its id, by which people call it."""
        return str(self.public_id)[:8]
