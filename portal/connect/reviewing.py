"""What staff decide about a match that nobody could make by itself: merge, keep apart, and undo either."""

from django.db import transaction
from django.utils import timezone

from portal.audit.actions import Actor, record_decision
from portal.audit.calls import patient_hash
from portal.connect.models import Dataset, MatchReview, Patient
from portal.connect.register import survivor_of


class ReviewError(ValueError):
    """The review does not allow this; the message says why."""


@transaction.atomic
def merge(*, by: Actor, review: MatchReview, into: str, reason: str) -> None:
    """Make the review's patient an alias of the one who has the Health ID `into`; nothing of either is changed.

    :raises ReviewError: where the review is decided, or nobody of that Health ID is there to survive.
    """
    open_review = _locked(review)
    _must_be_open(open_review)
    patient = open_review.patient
    survivor = _survivor(open_review, into)
    if patient.merged_into_id or survivor.pk == patient.pk:
        raise ReviewError("The two are one Health ID already.")
    moved = list(Patient.objects.filter(merged_into=patient).order_by("pk").values_list("pk", flat=True))
    Patient.objects.filter(pk__in=[patient.pk, *moved]).update(merged_into=survivor)
    _decide(by, open_review, MatchReview.MERGED, reason, survivor=survivor, moved=moved)


@transaction.atomic
def keep_apart(*, by: Actor, review: MatchReview, reason: str) -> None:
    """Note that the review's patient is none of the candidates.

    :raises ReviewError: where the review is decided.
    """
    open_review = _locked(review)
    _must_be_open(open_review)
    _decide(by, open_review, MatchReview.KEPT_APART, reason)


@transaction.atomic
def undo(*, by: Actor, review: MatchReview, reason: str) -> None:
    """Open the review again. A patient who was merged stands alone again, with the aliases that they brought.

    :raises ReviewError: where nothing was decided.
    """
    decided = _locked(review)
    if decided.decided_at is None:
        raise ReviewError("Nothing has been decided yet.")
    if decided.survivor_id:
        Patient.objects.filter(pk=decided.patient_id).update(merged_into=None)
        # Only those that are still where this merge put them.
        brought = Patient.objects.filter(pk__in=decided.moved, merged_into_id=decided.survivor_id)
        brought.update(merged_into=decided.patient)
    _decide(by, decided, "", reason)


def _locked(review: MatchReview) -> MatchReview:
    """Return the review as it is now; until the transaction ends, nobody else decides it or merges its patient."""
    locked = MatchReview.objects.select_for_update().get(pk=review.pk)
    locked.patient = Patient.objects.select_for_update().get(pk=locked.patient_id)
    return locked


def _must_be_open(review: MatchReview) -> None:
    if review.decided_at is not None:
        raise ReviewError("This review is decided. Undo that first.")


def _survivor(review: MatchReview, health_id: str) -> Patient:
    datasets = [review.dataset_id]
    if review.dataset.kind == Dataset.APPLICATION:
        datasets += Dataset.objects.filter(kind=Dataset.FIXTURES).values_list("pk", flat=True)
    found = Patient.objects.in_datasets(datasets).filter(health_id=health_id).first()
    if found is None:
        raise ReviewError("There is nobody of this Health ID here.")
    survivor: Patient = Patient.objects.select_for_update().get(pk=survivor_of(found).pk)
    if survivor.merged_into_id:
        raise ReviewError("This Health ID was merged a moment ago. Look again.")
    return survivor


def _decide(
    by: Actor,
    review: MatchReview,
    decision: str,
    reason: str,
    *,
    survivor: Patient | None = None,
    moved: list[int] | None = None,
) -> None:
    """Write the decision, and who took it. Health IDs stand in the trail as they do in the ledger."""
    before = _state(review)
    review.decision, review.survivor, review.moved = decision, survivor, moved or []
    review.decided_at = timezone.now() if decision else None
    review.decided_by = by.label if decision else ""
    review.save(update_fields=["decision", "survivor", "moved", "decided_at", "decided_by"])
    record_decision(
        by=by,
        verb=f"connect.{VERBS[decision]}",
        object_type="match_review",
        object_id=review.public_id,
        organisation_id=review.organisation_id,
        before=before,
        after=_state(review),
        reason=reason,
    )


VERBS = {MatchReview.MERGED: "merge_patients", MatchReview.KEPT_APART: "keep_patients_apart", "": "undo_match_review"}


def _state(review: MatchReview) -> dict[str, str]:
    survivor = patient_hash(review.survivor.health_id) if review.survivor else ""
    return {"decision": review.decision, "patient": patient_hash(review.patient.health_id), "survivor": survivor}
