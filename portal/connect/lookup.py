"""The patient of a Health ID, as a token sees them."""

from dataclasses import dataclass

from rest_framework.request import Request

from portal.audit.calls import call_of, patient_hash
from portal.connect import health_ids
from portal.connect.access import nobody
from portal.connect.datasets import visible_datasets
from portal.connect.models import Patient
from portal.oauth.tokens import AccessToken
from portal.problems.catalogue import MERGED
from portal.problems.exceptions import FieldError, Problem


@dataclass(frozen=True)
class OnePatient:
    """A patient as a token sees them: one Health ID, a row in one or two datasets, and those that were merged into it.

    `holder` is the row of the Health ID that was asked for, on which new rows hang: once a merge is undone, each of the
    two has their own again. The first id is the survivor's.
    """

    health_id: str
    ids: tuple[int, ...]
    holder: int


def health_id_of(request: Request, text: str, pointer: str) -> str:
    """Return the Health ID in its one spelling, and note it for the ledger.

    :raises Problem: `invalid_health_id`.
    """
    try:
        health_id = health_ids.parse(text)
    except health_ids.InvalidHealthIDError as exc:
        fault = FieldError(pointer=pointer, code="invalid_health_id", detail=str(exc))
        raise Problem("invalid_health_id", errors=[fault]) from None
    call_of(request).patient = patient_hash(health_id)
    return health_id


def note_alias(request: Request, sent: str, answered: str) -> None:
    """Note in the ledger that a call that went well was sent an alias, and has answered with the survivor."""
    call = call_of(request)
    if sent != answered and not call.error_code:
        call.error_code = MERGED.code


def patients_of(token: AccessToken, health_id: str) -> OnePatient:
    """Return the patient who has this Health ID, or into whom its patient was merged.

    :raises Problem: `not_found`, or `too_many_strangers`.
    """
    datasets = visible_datasets(token)
    visible = Patient.objects.in_datasets(datasets)
    columns = ("pk", "dataset_id", "health_id", "merged_into_id")

    def by_dataset(row: tuple[int, int, str, int | None]) -> int:
        return datasets.index(row[1])

    held = found = sorted(visible.filter(health_id=health_id).values_list(*columns), key=by_dataset)
    if merged := {into for *_, into in found if into}:
        found = sorted(visible.survivors_of(merged).values_list(*columns), key=by_dataset)
    if not found:
        raise nobody(token)
    ids = [pk for pk, *_ in found]
    aliases = visible.filter(merged_into_id__in=ids).order_by("pk").values_list("pk", flat=True)
    return OnePatient(found[0][2], (*ids, *aliases), held[0][0])
