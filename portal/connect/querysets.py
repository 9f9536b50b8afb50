"""The one place where clinical rows are narrowed to what a token may see."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

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

    def bodies(self) -> list[tuple[int, int | None, dict[str, Any]]]:
        """Return `(dataset id, id of the patient it is merged into, answer of the API)` of every patient, by one query.

        By hand, because this is the hot path: two queries and a ModelSerializer cost a millisecond more.
        """
        found: dict[int, tuple[int, int | None, dict[str, Any]]] = {}
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
                found[pk] = dataset, merged_into, {**body, "identifiers": [], "updated_at": updated_at}
            if system is not None:
                found[pk][2]["identifiers"].append({"system": system, "value": value})
        for _, _, body in found.values():
            body["identifiers"].sort(key=lambda known: (known["system"], known["value"]))
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
