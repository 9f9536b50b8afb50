"""What is known of a patient: laboratory results and coded conditions, one row each, as the API answers them."""

import uuid

from django.db import models

from portal.connect.models.datasets import Dataset
from portal.connect.models.patients import Patient
from portal.connect.models.records import Record
from portal.connect.querysets import OfPatientQuerySet


class OfPatient(models.Model):
    """A row of a patient. It may stand in another dataset than the patient: an application's own, on a fixture."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    record = models.ForeignKey(
        Record, on_delete=models.CASCADE, null=True, help_text="the push that it came with; null where it was generated"
    )
    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    body = models.JSONField(help_text="the answer of the API, without the patient's Health ID")

    objects = OfPatientQuerySet.as_manager()

    class Meta:
        abstract = True


class LabResult(OfPatient):
    """One laboratory result (FHIR's Observation)."""

    loinc = models.CharField(max_length=8, blank=True)
    issued = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-issued", "-id"], name="lab_result_of_patient"),
            models.Index(fields=["patient", "loinc", "-issued", "-id"], name="lab_result_of_patient_by_loinc"),
        ]

    def __str__(self) -> str:
        return f"result {self.pk}"


class Condition(OfPatient):
    """One coded diagnosis (FHIR's Condition)."""

    icd10 = models.CharField(max_length=6, blank=True)
    recorded = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["patient", "-recorded", "-id"], name="condition_of_patient")]

    def __str__(self) -> str:
        return f"condition {self.pk}"
