"""Storing what was pushed: once per natural key, version by version, and as rows of the patient for the reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.connect.datasets import own_dataset
from portal.connect.lookup import OnePatient, patients_of
from portal.connect.models import Condition, LabResult, Patient, Record, RecordVersion
from portal.connect.terminology import icd10, loinc
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import Problem

TAKEN_BACK = {"entered-in-error", "cancelled"}


@dataclass(frozen=True)
class Stored:
    """What became of a push."""

    record: Record
    health_id: str
    created: bool
    replay: bool

    @property
    def status(self) -> int:
        """Return the HTTP status that says it."""
        return 201 if self.created else 200

    def answer(self) -> dict[str, Any]:
        """Return the answer of the API."""
        record = self.record
        return {
            "id": str(record.public_id),
            "version": record.version,
            "health_id": self.health_id,
            "unmapped": list(unmapped(record.body)),
        }


def as_json(data: Any) -> Any:
    """Return validated data as it is stored and answered: moments in UTC as text."""
    if isinstance(data, dict):
        return {name: as_json(value) for name, value in data.items()}
    if isinstance(data, list):
        return [as_json(value) for value in data]
    if isinstance(data, datetime):
        return data.isoformat().replace("+00:00", "Z")
    return data


def unmapped(body: dict[str, Any]) -> Iterator[str]:
    """Yield the pointers of everything that has a local code only."""
    if "local_code" in body and "atc" not in body:
        yield "/local_code"
    for name, standard in (("diagnoses", "icd10"), ("results", "loinc")):
        for index, item in enumerate(body.get(name, ())):
            if standard not in item:
                yield f"/{name}/{index}"


def store(token: AccessToken, kind: str, health_id: str, data: dict[str, Any]) -> Stored:
    """Store a push, or find that it is here already. Call it in a transaction.

    :raises Problem: `not_found` for the patient, `older_version`, `version_reused`.
    """
    one = patients_of(token, health_id)
    patient = Patient.objects.get(pk=one.holder)
    body = as_json({**data, "health_id": health_id})
    record = _find(token, kind, body)
    if record is None:
        record = _create(token, kind, patient, body)
        if record is not None:
            return Stored(record, one.health_id, created=True, replay=False)
        record = _find(token, kind, body)  # somebody else was quicker
        if record is None:
            raise Problem("service_unavailable", headers={"Retry-After": "1"})
    if _is_replay(record, body, one):
        return Stored(record, one.health_id, created=False, replay=True)
    record.version += 1
    record.source_version, record.status, record.body = body["source_version"], body["status"], body
    if record.patient_id not in one.ids or one.holder != one.ids[0]:
        # The survivor's Health ID may be what our answer named: it moves nothing away from an alias.
        record.patient = patient
    record.updated_at = timezone.now()
    record.save()
    _keep(record)
    return Stored(record, one.health_id, created=False, replay=False)


def _find(token: AccessToken, kind: str, body: dict[str, Any]) -> Record | None:
    """Return the record of this natural key, locked: of two newer versions one comes after the other."""
    found = Record.objects.select_for_update().filter(
        client_id=token.client.client_id,
        kind=kind,
        facility_code=body["facility_code"],
        source_id=body["source_id"],
    )
    record: Record | None = found.first()
    return record


def _create(token: AccessToken, kind: str, patient: Patient, body: dict[str, Any]) -> Record | None:
    record = Record(
        dataset_id=own_dataset(token),
        client_id=token.client.client_id,
        kind=kind,
        patient=patient,
        body=body,
        **{name: body[name] for name in ("facility_code", "source_id", "source_version", "status")},
    )
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError:
        return None
    _keep(record)
    return record


def _is_replay(record: Record, body: dict[str, Any], one: OnePatient) -> bool:
    if body["source_version"] < record.source_version:
        raise Problem("older_version")
    if body["source_version"] > record.source_version:
        return False
    if record.body == body:  # by value: one language writes 4, another one 4.0
        return True
    if record.patient_id in one.ids and {**record.body, "health_id": body["health_id"]} == body:
        return True  # the same person under another Health ID: our answers name the survivor's
    raise Problem("version_reused")


def _keep(record: Record) -> None:
    """Note the version, and write the rows by which the patient's reads show it."""
    RecordVersion.objects.create(
        record=record, version=record.version, source_version=record.source_version, body=record.body
    )
    for model in (LabResult, Condition):
        model.objects.filter(record=record).delete()
    if record.status in TAKEN_BACK:
        return
    if record.kind == "lab-results":
        LabResult.objects.bulk_create(_results(record))
    elif record.kind == "encounters":
        Condition.objects.bulk_create(_conditions(record))


def _results(record: Record) -> Iterator[LabResult]:
    body = record.body
    for item in body["results"]:
        code = item.get("loinc", "")
        row = LabResult(
            dataset_id=record.dataset_id, patient_id=record.patient_id, record=record, loinc=code, issued=body["issued"]
        )
        bounds = item.get("reference_range")
        row.body = {
            "id": str(row.public_id),
            "status": record.status,
            "loinc": code or None,
            "display": loinc.display(code) or item.get("local_code", {}).get("display", ""),
            "local_code": item.get("local_code"),
            "unmapped": not code,
            "value_quantity": item.get("value_quantity"),
            "value_string": item.get("value_string"),
            "reference_range": bounds and {"low": bounds.get("low"), "high": bounds.get("high")},
            "interpretation": item.get("interpretation"),
            "specimen": body.get("specimen", ""),
            "collected": body.get("collected"),
            "issued": body["issued"],
            "panel_loinc": body.get("panel_loinc"),
            "panel_display": loinc.display(body.get("panel_loinc", "")) or None,
            "facility_code": record.facility_code,
            "report_id": str(record.public_id),
        }
        yield row


def _conditions(record: Record) -> Iterator[Condition]:
    body = record.body
    for item in body.get("diagnoses", ()):
        code = item.get("icd10", "")
        row = Condition(
            dataset_id=record.dataset_id, patient_id=record.patient_id, record=record, icd10=code,
            recorded=body["period"]["start"],
        )  # fmt: skip
        known = icd10.CONDITIONS.get(code) or item.get("display") or item.get("local_code", {}).get("display", "")
        row.body = {
            "id": str(row.public_id),
            "icd10": code or None,
            "display": known,
            "local_code": item.get("local_code"),
            "unmapped": not code,
            "clinical_status": None,
            "rank": item["rank"],
            "onset": None,
            "recorded": body["period"]["start"],
            "facility_code": record.facility_code,
            "encounter_id": str(record.public_id),
        }
        yield row
