"""Puts the synthetic data into the database, quickly, and brings an older database up to date.

Patients and facilities are found again by their codes and never deleted, because an application's own rows may hang on
them. What hangs on them here (results, conditions, stock) is written anew where the generator's data has changed.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from django.db import transaction

from portal.connect.models import (
    BloodUnits,
    Condition,
    Dataset,
    Facility,
    LabResult,
    LocalLink,
    Patient,
    PatientIdentifier,
    StockItem,
)
from portal.connect.register import file_missing
from portal.connect.synthetic.facilities import places
from portal.connect.synthetic.histories import Diagnosis, Finding, diagnosis_body, finding_body, histories
from portal.connect.synthetic.people import Person, people
from portal.connect.synthetic.stocks import fridges, shelves

UPDATED_AT = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
HUNG_ON = {"identifiers", "merged_into", "local_number"}
COUNTED_AT = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)


@transaction.atomic
def load_fixtures() -> Dataset:
    """Create the sandbox's fixtures, or bring them up to date. Nothing is doubled, no application's row is touched."""
    dataset = load_people()
    if dataset.contents != _contents():
        # By the facilities' ids: without fresh statistics PostgreSQL plans the join of a DELETE badly.
        ids = list(dataset.facilities.values_list("pk", flat=True))
        for rows in (
            LabResult.objects.filter(dataset=dataset),
            Condition.objects.filter(dataset=dataset),
            StockItem.objects.filter(facility_id__in=ids),
            BloodUnits.objects.filter(facility_id__in=ids),
        ):
            rows.delete()
        _load_facilities(dataset)
        _load_stocks(dataset)
        _load_histories(dataset)
        dataset.contents = _contents()
        dataset.save(update_fields=["contents"])
    file_missing(dataset)
    return dataset


@transaction.atomic
def load_people() -> Dataset:
    """Create the people, or put back those that are missing."""
    dataset, _ = Dataset.objects.get_or_create(kind=Dataset.FIXTURES, application=None)
    known = set(dataset.patients.values_list("health_id", flat=True))
    missing = [person for person in people() if person.health_id not in known]
    rows = [
        Patient(
            dataset=dataset,
            updated_at=UPDATED_AT,
            **{name: value for name, value in vars(person).items() if name not in HUNG_ON},
        )
        for person in missing
    ]
    Patient.objects.bulk_create(rows)
    PatientIdentifier.objects.bulk_create(
        PatientIdentifier(patient=row, system=system, value=value, verified=True)
        for row, person in zip(rows, missing, strict=True)
        for system, value in person.identifiers
    )
    # Every number of the sandbox was checked; a database from before there was such a column says otherwise.
    PatientIdentifier.objects.filter(patient__in=dataset.patients.all(), verified=False).update(verified=True)
    _load_links(dataset, missing)
    return dataset


def _load_links(dataset: Dataset, missing: Sequence[Person]) -> None:
    """Merge those who are merged, and give out the local numbers that everybody meets."""
    for person in missing:
        if person.merged_into:
            survivor = dataset.patients.get(health_id=person.merged_into)
            dataset.patients.filter(health_id=person.health_id).update(merged_into=survivor)
        if person.local_number:
            source, local_number = person.local_number
            LocalLink.objects.create(
                dataset=dataset,
                source=source,
                local_number=local_number,
                patient=dataset.patients.get(health_id=person.health_id),
            )


@lru_cache(maxsize=1)
def _contents() -> str:
    """Return a digest of all that is generated."""
    everything = repr((places(), list(shelves()), list(fridges()), _bodies()))
    return hashlib.sha256(everything.encode()).hexdigest()


def _bodies() -> list[object]:
    return [diagnosis_body(row) if isinstance(row, Diagnosis) else finding_body(row) for row in _told()]


@lru_cache(maxsize=1)
def _told() -> tuple[Diagnosis | Finding, ...]:
    return tuple(histories())


def _load_facilities(dataset: Dataset) -> None:
    rows = [
        Facility(
            dataset=dataset, code=place.code, name=place.name, kind=place.kind, country=place.town.country,
            region=place.town.region, latitude=place.latitude, longitude=place.longitude,
            services=list(place.services), as_of=COUNTED_AT,
        )
        for place in places()
    ]  # fmt: skip
    Facility.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code", "dataset"],
        update_fields=["name", "kind", "country", "region", "latitude", "longitude", "services", "as_of"],
    )


def _load_stocks(dataset: Dataset) -> None:
    ids = dict(Facility.objects.filter(dataset=dataset).values_list("code", "pk"))
    StockItem.objects.bulk_create(
        [
            StockItem(
                facility_id=ids[shelf.place.code], atc=shelf.medicine.code, display=shelf.medicine.display,
                form=shelf.medicine.form, strength=shelf.medicine.strength, unit=shelf.medicine.unit,
                quantity=shelf.quantity, as_of=COUNTED_AT,
            )
            for shelf in shelves()
        ]
    )  # fmt: skip
    BloodUnits.objects.bulk_create(
        [
            BloodUnits(
                facility_id=ids[fridge.place.code], abo=fridge.abo, rh=fridge.rh, component=fridge.component,
                units=fridge.units, as_of=COUNTED_AT,
            )
            for fridge in fridges()
        ]
    )  # fmt: skip


def _load_histories(dataset: Dataset) -> None:
    ids = dict(dataset.patients.values_list("health_id", "pk"))
    results, conditions = [], []
    for row in _told():
        common = {"dataset": dataset, "patient_id": ids[row.health_id], "public_id": row.public_id}
        if isinstance(row, Finding):
            results.append(LabResult(**common, loinc=row.code, issued=row.issued, body=finding_body(row)))
        else:
            conditions.append(
                Condition(**common, icd10=row.illness.code, recorded=row.recorded, body=diagnosis_body(row))
            )
    LabResult.objects.bulk_create(results)
    Condition.objects.bulk_create(conditions)
