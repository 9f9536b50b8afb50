"""Clinical rows. Each hangs off one dataset, and every read goes through its queryset's `in_datasets`."""

from portal.connect.models.datasets import Dataset
from portal.connect.models.facilities import ABO, COMPONENTS, FACILITY_KINDS, RH, BloodUnits, Facility, StockItem
from portal.connect.models.links import BlockingKey, LocalLink, MatchReview
from portal.connect.models.openings import BreakGlassOpening
from portal.connect.models.patients import BLOOD_GROUPS, SEXES, Patient, PatientIdentifier
from portal.connect.models.records import RECORD_KINDS, IdempotentCall, Record, RecordVersion
from portal.connect.models.results import Condition, LabResult

__all__ = [
    "ABO",
    "BLOOD_GROUPS",
    "COMPONENTS",
    "FACILITY_KINDS",
    "RECORD_KINDS",
    "RH",
    "SEXES",
    "BlockingKey",
    "BloodUnits",
    "BreakGlassOpening",
    "Condition",
    "Dataset",
    "Facility",
    "IdempotentCall",
    "LabResult",
    "LocalLink",
    "MatchReview",
    "Patient",
    "PatientIdentifier",
    "Record",
    "RecordVersion",
    "StockItem",
]
