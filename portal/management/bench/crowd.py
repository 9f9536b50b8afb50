"""A sandbox that fills with patients, and how the database finds one of them. Run beside a server: see `growth`."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from portal.connect import health_ids
from portal.connect.models import Dataset, LabResult, Patient, PatientIdentifier
from portal.connect.querysets import DEMOGRAPHICS
from portal.connect.synthetic.people import IN_CARE_ONLY

AT_ONCE = 5_000
SAMPLE = 2_000
YEAR = 2001
"""Nobody else in the sandbox has a Health ID of that year."""
SYSTEM = "urn:opescare:id:bench"


@dataclass(frozen=True)
class Grown:
    """Some of all Health IDs, those of the fixtures' own people, and how the database finds what reads ask for.

    Only the fixtures' people have as many laboratory results among few as among many.
    """

    everybody: list[str]
    fixtures: list[str]
    plans: list[str]


def grow(size: int, token: str) -> Grown:
    """Fill up to this many patients. The token reads them and their laboratory results."""
    fixtures = Dataset.objects.get(kind=Dataset.FIXTURES)
    living = Patient.objects.filter(dataset=fixtures, merged_into=None).order_by("pk")
    readable = living.exclude(health_id__in=IN_CARE_ONLY)
    people = list(readable.exclude(health_id__startswith=f"OPC-{YEAR}"))
    results = list(LabResult.objects.filter(dataset=fixtures).order_by("pk")[: len(people)])
    for first in range(living.count(), size, AT_ONCE):
        _enter(fixtures, people, results, range(first, min(first + AT_ONCE, size)))
    if connection.vendor == "postgresql":
        # What comes after so many rows would otherwise come while the reads are measured.
        afterwards = ["ANALYZE"] if connection.in_atomic_block else ["VACUUM ANALYZE", "CHECKPOINT"]
        with connection.cursor() as cursor:
            for statement in afterwards:
                cursor.execute(statement)
    everybody = list(readable.values_list("health_id", flat=True))
    return Grown(
        everybody=everybody[:: max(1, len(everybody) // SAMPLE)],
        fixtures=[person.health_id for person in people],
        plans=list(_plans(everybody[-1], token)),
    )


@transaction.atomic
def _enter(fixtures: Dataset, like: list[Patient], results: list[LabResult], numbers: range) -> None:
    """Enter copies of the fixtures' people under new Health IDs, each with a number and a laboratory result."""
    people = [
        Patient(
            dataset=fixtures,
            **{name: getattr(like[number % len(like)], name) for name in DEMOGRAPHICS}
            | {"health_id": health_ids.make(YEAR, number * 7_919)},
        )
        for number in numbers
    ]
    Patient.objects.bulk_create(people)
    PatientIdentifier.objects.bulk_create(
        PatientIdentifier(patient=person, system=SYSTEM, value=str(number))
        for number, person in zip(numbers, people, strict=True)
    )
    LabResult.objects.bulk_create(
        LabResult(dataset=fixtures, patient=person, loinc=result.loinc, issued=result.issued, body=result.body)
        for person, result in zip(people, itertools.cycle(results), strict=False)
    )


def _plans(health_id: str, token: str) -> Iterator[str]:
    browser = Browser(HTTP_HOST="localhost", headers={"Authorization": f"Bearer {token}"})
    for path in (f"/api/v1/connect/patients/{health_id}", f"/api/v1/connect/patients/{health_id}/lab-results"):
        browser.get(path)  # what is kept in memory is asked for once
        with CaptureQueriesContext(connection) as seen:
            answer = browser.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        for query in seen.captured_queries:
            if query["sql"].startswith("SELECT") and '"connect_' in query["sql"]:
                yield _plan(query["sql"])


def _plan(statement: str) -> str:
    how = "EXPLAIN (ANALYZE, BUFFERS)" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{how} {statement}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())
