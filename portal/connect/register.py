"""The patients as matching sees them: filed under keys, found by them, each with what is known of them."""

from collections.abc import Iterable, Sequence

from portal.connect.blocking import asked_keys, stored_keys
from portal.connect.matching import Demographics
from portal.connect.models import BlockingKey, Dataset, Patient, PatientIdentifier

NATIONAL = "urn:opescare:id:"
"""Numbering systems that begin so are national registers: one number, one person. An insurer's may be a family's."""
MOST_ROWS = 1_000
"""So many entries are read of all blocks together. The keys that tell most come first in their order."""


def demographics_of(patient: Patient) -> Demographics:
    """Return what is known of a patient whose `identifiers` have been prefetched."""
    numbers = list(patient.identifiers.all())
    return Demographics(
        given_name=patient.given_name,
        family_name=patient.family_name,
        sex=patient.sex,
        birth_date=patient.birth_date,
        birth_date_estimated=patient.birth_date_estimated,
        phone=patient.phone,
        identifiers=frozenset((number.system, number.value) for number in numbers),
        verified=frozenset((number.system, number.value) for number in numbers if number.verified),
    )


def candidates(datasets: Sequence[int], asked: Demographics) -> dict[int, Patient]:
    """Return the patients of the datasets who share a key or a number with the person, by their id."""
    filed = BlockingKey.objects.filter(dataset_id__in=datasets, key__in=sorted(asked_keys(asked)))
    found = set(filed.order_by("key").values_list("patient_id", flat=True)[:MOST_ROWS])
    for system, value in asked.identifiers:
        holders = PatientIdentifier.objects.filter(system=system, value=value, patient__dataset_id__in=datasets)
        found.update(holders.values_list("patient_id", flat=True)[:MOST_ROWS])
    people = Patient.objects.filter(pk__in=found).select_related("merged_into")
    return {patient.pk: patient for patient in people.prefetch_related("identifiers")}


def survivor_of(patient: Patient) -> Patient:
    """Return whom the patient was merged into, or the patient."""
    return patient.merged_into or patient


def enter(patient: Patient, known: Demographics) -> None:
    """Save a new patient with numbers, and file them."""
    patient.save(force_insert=True)
    PatientIdentifier.objects.bulk_create(
        PatientIdentifier(patient=patient, system=system, value=value, verified=(system, value) in known.verified)
        for system, value in sorted(known.identifiers)
    )
    _file([(patient, known)])


def file_missing(dataset: Dataset) -> None:
    """File those patients of a dataset who are under no key yet."""
    missing = dataset.patients.filter(keys__isnull=True).prefetch_related("identifiers")
    _file((patient, demographics_of(patient)) for patient in missing)


def _file(people: Iterable[tuple[Patient, Demographics]]) -> None:
    BlockingKey.objects.bulk_create(
        BlockingKey(dataset_id=patient.dataset_id, patient=patient, key=key)
        for patient, known in people
        for key in sorted(stored_keys(known))
    )
