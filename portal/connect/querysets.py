"""The one place where clinical rows are narrowed to what a token may see."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

from django.db import models

DEMOGRAPHICS = (
    "health_id",
    "given_name",
    "family_name",
    "sex",
    "birth_date",
    "birth_date_estimated",
    "blood_group",
    "phone",
    "country",
)


class Found(NamedTuple):
    """A patient's ids, that of the one it is merged into, and the answer of the API."""

    pk: int
    dataset: int
    merged_into: int | None
    body: dict[str, Any]


class PatientQuerySet(models.QuerySet[Any]):
    """Patients."""

    def in_datasets(self, datasets: Sequence[int]) -> Self:
        """Narrow to the datasets of `visible_datasets(token)`."""
        return self.filter(dataset_id__in=datasets)

    def with_identifier(self, system: str, value: str) -> Self:
        """Narrow to the holders of this number."""
        holders = self.model.objects.filter(identifiers__system=system, identifiers__value=value)
        return self.filter(pk__in=holders.values("pk"))

    def survivors_of(self, patients: Iterable[int]) -> Self:
        """Narrow to those patients; nobody who survives a merge is merged again."""
        return self.filter(pk__in=list(patients), merged_into=None)

    def bodies(self) -> list[Found]:
        """Return every patient with the answer of the API, by one query.

        By hand, because this is the hot path: two queries and a ModelSerializer cost a millisecond more.
        """
        found: dict[int, Found] = {}
        columns = (
            "pk",
            "dataset_id",
            "merged_into_id",
            "identifiers__system",
            "identifiers__value",
            "updated_at",
            *DEMOGRAPHICS,
        )
        for pk, dataset, merged_into, system, value, updated_at, *demographics in self.values_list(*columns):
            if pk not in found:
                body = dict(zip(DEMOGRAPHICS, demographics, strict=True))
                found[pk] = Found(pk, dataset, merged_into, {**body, "identifiers": [], "updated_at": updated_at})
            if system is not None:
                found[pk].body["identifiers"].append({"system": system, "value": value})
        for row in found.values():
            row.body["identifiers"].sort(key=lambda known: (known["system"], known["value"]))
        return list(found.values())


class FacilityQuerySet(models.QuerySet[Any]):
    """Facilities."""

    def in_datasets(self, datasets: Sequence[int]) -> Self:
        """Narrow to the datasets of `visible_datasets(token)`; where two have a code, the first one's facility."""
        found = self.filter(dataset_id__in=datasets)
        if len(datasets) > 1:
            first, *rest = datasets
            mine = self.model.objects.filter(dataset_id=first)
            found = found.exclude(dataset_id__in=rest, code__in=mine.values("code"))
        return found


class HeldQuerySet(models.QuerySet[Any]):
    """What facilities hold: medicines, blood."""

    def in_datasets(self, datasets: Sequence[int]) -> Self:
        """Narrow to what the facilities hold that the token may see."""
        facilities = self.model._meta.get_field("facility").related_model
        return self.filter(facility__in=facilities.objects.in_datasets(datasets))


class OfPatientQuerySet(models.QuerySet[Any]):
    """What is known of patients."""

    def in_datasets(self, datasets: Sequence[int]) -> Self:
        """Narrow to the datasets of `visible_datasets(token)`."""
        return self.filter(dataset_id__in=datasets)
