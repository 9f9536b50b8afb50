"""People with a Health ID. Each hangs off one dataset, and every read goes through `in_datasets`."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.connect.models.datasets import Dataset
from portal.connect.querysets import PatientQuerySet

SEXES = ("female", "male", "other", "unknown")
BLOOD_GROUPS = ("A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-")


class Patient(models.Model):
    """A person with a Health ID."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="patients")
    health_id = models.CharField(max_length=17)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    sex = models.CharField(max_length=7, choices=[(sex, sex) for sex in SEXES])
    birth_date = models.DateField()
    birth_date_estimated = models.BooleanField(default=False)
    blood_group = models.CharField(max_length=3, blank=True, choices=[(group, group) for group in BLOOD_GROUPS])
    phone = models.CharField(max_length=20, blank=True, help_text="E.164")
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="aliases",
        help_text="the patient who this is as well; that one is never merged itself",
    )
    updated_at = models.DateTimeField(default=timezone.now)

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["health_id", "dataset"], name="health_id_once_per_dataset"),
            models.CheckConstraint(condition=Q(sex__in=SEXES), name="patient_sex_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")), name="patient_is_no_alias_of_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"patient {self.pk}"


class PatientIdentifier(models.Model):
    """A number that somebody else gave to a patient: a national register, an insurer."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="identifiers")
    system = models.CharField(max_length=120, help_text="URI of the numbering system")
    value = models.CharField(max_length=64)
    verified = models.BooleanField(
        default=False, help_text="somebody compared it with the document or the national register"
    )

    class Meta:
        ordering = ["system", "value"]
        constraints = [
            models.UniqueConstraint(fields=["system", "value", "patient"], name="identifier_once_per_patient"),
        ]

    def __str__(self) -> str:
        return f"identifier {self.pk}"
