"""Clinical rows. Each hangs off one dataset, and every read goes through its queryset's `in_datasets`."""

from portal.connect.models.datasets import Dataset
from portal.connect.models.patients import BLOOD_GROUPS, SEXES, Patient, PatientIdentifier

__all__ = ["BLOOD_GROUPS", "SEXES", "Dataset", "Patient", "PatientIdentifier"]
