"""The people of a review: who they are under all their Health IDs, and what is recorded of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from portal.connect.matching import Demographics
from portal.connect.models import Condition, Facility, LabResult, LocalLink, MatchReview, Patient, Record
from portal.connect.register import demographics_of, survivor_of
from portal.connect.reviewing import datasets_of

MOST_NAMED = 5
"""So many facilities and local numbers are named; the rest are counted."""


@dataclass(frozen=True)
class Person:
    """A patient, those who were merged into them, and the datasets in which their records are."""

    patient: Patient
    aliases: Sequence[Patient]
    datasets: Sequence[int]

    @cached_property
    def known(self) -> Demographics:
        """Return what matching weighs."""
        return demographics_of(self.patient)

    @cached_property
    def ids(self) -> list[int]:
        """Return the rows that are this person."""
        return [self.patient.pk, *(alias.pk for alias in self.aliases)]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return how much is recorded, by kind."""
        pushed = dict(self._of(Record).values_list("kind").annotate(Count("pk")).order_by())
        return {
            "encounters": pushed.get("encounters", 0),
            "results": self._of(LabResult).count(),
            "prescriptions": pushed.get("prescriptions", 0),
            "conditions": self._of(Condition).count(),
            "facilities": len(self.facility_codes),
            "links": self.links.count(),
        }

    @cached_property
    def facility_codes(self) -> set[str]:
        """Return the codes of the facilities that know the person."""
        found = [
            self._of(Record).values_list("facility_code", flat=True),
            self._of(LabResult).values_list("body__facility_code", flat=True),
            self._of(Condition).values_list("body__facility_code", flat=True),
        ]
        return {code for codes in found for code in codes.order_by().distinct() if code}

    @cached_property
    def facilities(self) -> list[str]:
        """Return the names of the first few of them."""
        codes = sorted(self.facility_codes)[:MOST_NAMED]
        known = Facility.objects.in_datasets(self.datasets).filter(code__in=codes)
        names = dict(known.values_list("code", "name"))
        return [names.get(code, code) for code in codes]

    @property
    def links(self) -> QuerySet[LocalLink]:
        """Return the local numbers under which organisations know the person."""
        return LocalLink.objects.filter(dataset_id__in=self.datasets, patient_id__in=self.ids)

    @cached_property
    def numbers(self) -> list[LocalLink]:
        """Return the newest few of them."""
        return list(self.links.select_related("organisation").order_by("-created_at", "-pk")[:MOST_NAMED])

    def _of(self, model: type[Record | LabResult | Condition]) -> QuerySet[Any]:
        return model.objects.in_datasets(self.datasets).filter(patient_id__in=self.ids)


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be the review's patient, and what was said when the review was queued."""

    number: int
    health_id: str
    grade: str
    score: float
    person: Person | None
    """None where nobody has the Health ID any more."""

    @property
    def is_alias(self) -> bool:
        """Say whether the Health ID was merged into another one since."""
        return self.person is not None and self.person.patient.health_id != self.health_id


def patient_of(review: MatchReview) -> Person:
    """Return whom the review is about, with the aliases that a merge of this review took along.

    :raises Http404: where the sandbox was emptied since the review was read.
    """
    datasets = datasets_of(review)
    patient = next(iter(_with_numbers(Q(pk=review.patient_id), datasets)), None)
    if patient is None:
        raise Http404
    return Person(patient, _aliases(Q(merged_into=patient) | Q(pk__in=review.moved), datasets), datasets)


def candidates_of(review: MatchReview) -> list[Candidate]:
    """Return those whom the review's patient may be, without what a merge of this review brought them."""
    datasets = datasets_of(review)
    named = [candidate["health_id"] for candidate in review.candidates]
    known = {patient.health_id: survivor_of(patient) for patient in _with_numbers(Q(health_id__in=named), datasets)}
    brought = Q(pk__in=[review.patient_id, *review.moved])
    people = {
        health_id: Person(survivor, _aliases(Q(merged_into=survivor) & ~brought, datasets), datasets)
        for health_id, survivor in known.items()
    }
    return [
        Candidate(number, one["health_id"], one["grade"], one["score"], people.get(one["health_id"]))
        for number, one in enumerate(review.candidates, 1)
    ]


def _with_numbers(which: Q, datasets: Sequence[int]) -> list[Patient]:
    found = Patient.objects.in_datasets(datasets).filter(which).select_related("merged_into")
    return list(found.prefetch_related("identifiers", "merged_into__identifiers"))


def _aliases(which: Q, datasets: Sequence[int]) -> list[Patient]:
    return list(Patient.objects.in_datasets(datasets).filter(which).order_by("pk"))
