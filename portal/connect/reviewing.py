"""What staff decide about a match that nobody could make by itself: merge, keep apart, and undo either."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.actions import Actor, record_decision
from portal.audit.calls import patient_hash
from portal.connect import locks
from portal.connect.models import Dataset, MatchReview, Patient
from portal.connect.register import survivor_of


class ReviewError(ValueError):
    """The review does not allow this; the message says why."""


class ReviewGoneError(ReviewError):
    """There is no such review any more."""


def state_of(review: MatchReview) -> str:
    """Return what tells one decision about a review from the next: when it was taken; nothing while it is open."""
    return review.decided_at.isoformat() if review.decided_at else ""


@transaction.atomic
def decide(*, by: Actor, review: MatchReview, seen: str, answer: str, reason: str, into: str = "") -> None:
    """Do what somebody decided who saw the review in the state `seen`: of two at once, one wins and the other is told.

    :param answer: `merged` (`into` a Health ID), `kept_apart`, or nothing to undo what was decided.
    :raises ReviewError: where somebody has decided meanwhile, or the review does not allow this.
    """
    now = _locked(review)
    if state_of(now) != seen:
        raise ReviewError(said_meanwhile(now))
    if answer == MatchReview.MERGED:
        merge(by=by, review=now, into=into, reason=reason)
    elif answer == MatchReview.KEPT_APART:
        keep_apart(by=by, review=now, reason=reason)
    else:
        undo(by=by, review=now, reason=reason)


def said_meanwhile(review: MatchReview) -> str:
    """Return what to tell whoever decided about a state that is over."""
    if not review.decided_at:
        return _("Somebody has undone the decision meanwhile. Nothing of yours was done; this is how it stands now.")
    said = {"who": review.decided_by}
    if review.decision == MatchReview.MERGED:
        return _("%(who)s has merged the two meanwhile. Nothing of yours was done; this is how it stands now.") % said
    return _("%(who)s has kept them apart meanwhile. Nothing of yours was done; this is how it stands now.") % said


def note_look(*, by: Actor, review: MatchReview) -> None:
    """Write down that somebody looks at the people of a review."""
    record_decision(
        by=by,
        verb="connect.look_at_match",
        object_type="match_review",
        object_id=review.public_id,
        object_label=review.short_id,
        organisation_id=review.organisation_id,
    )


@transaction.atomic
def merge(*, by: Actor, review: MatchReview, into: str, reason: str) -> None:
    """Make the review's patient an alias of the one who has the Health ID `into`; nothing of either is changed.

    :raises ReviewError: where the review is decided, its patient is a fixture that every sandbox shares, or nobody of
        that Health ID is there to survive.
    """
    open_review = _locked(review)
    _must_be_open(open_review)
    patient = open_review.patient
    if patient.dataset_id != open_review.dataset_id:
        raise ReviewError(_("The person is a fixture, which every sandbox shares: it is never merged."))
    survivor = _survivor(open_review, into)
    if patient.merged_into_id or survivor.pk == patient.pk:
        raise ReviewError(_("The two are one Health ID already."))
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
        raise ReviewError(_("Nothing has been decided yet."))
    if decided.survivor:
        Patient.objects.filter(pk=decided.patient_id).update(merged_into=None)
        Patient.objects.filter(pk__in=_brought(decided, decided.survivor)).update(merged_into=decided.patient)
    _decide(by, decided, "", reason)


def _brought(merged: MatchReview, survivor: Patient) -> list[int]:
    """Return the aliases to give back to the patient of a merge, wherever later merges took them along.

    Not those that were merged anew since, by a review of their own, with somebody who is not the patient.
    """
    into = dict(
        MatchReview.objects.filter(patient_id__in=merged.moved, decision=MatchReview.MERGED).values_list(
            "patient_id", "survivor_id"
        )
    )

    def end_of(alias: int) -> int:
        for _step in into:
            alias = into.get(alias, alias)
        return alias

    there = {survivor.pk, survivor.merged_into_id} - {None}
    still = Patient.objects.filter(pk__in=merged.moved, merged_into_id__in=there).values_list("pk", flat=True)
    return [alias for alias in still if end_of(alias) in {merged.patient_id, *merged.moved}]


def _locked(review: MatchReview) -> MatchReview:
    """Return the review as it is now; until the transaction ends, nobody else merges or undoes in its dataset.

    Nor is a sandbox emptied meanwhile: a merge and an undo beside each other touch each other's aliases.

    :raises ReviewGoneError: where it was emptied before.
    """
    application = review.dataset.application_id
    locks.hold([locks.sandbox_of(application) if application else f"merges in dataset {review.dataset_id}"])
    locked = MatchReview.objects.select_for_update().filter(pk=review.pk).first()
    if locked is None:
        raise ReviewGoneError(_("Its sandbox was emptied meanwhile, and the match is gone. Nothing of yours was done."))
    locked.patient = Patient.objects.select_for_update().get(pk=locked.patient_id)
    return locked


def _must_be_open(review: MatchReview) -> None:
    if review.decided_at is not None:
        raise ReviewError(_("This review is decided. Undo that first."))


def datasets_of(review: MatchReview) -> list[int]:
    """Return the datasets in which the review's people are: its own, and the fixtures where that is a sandbox's."""
    datasets = [review.dataset_id]
    if review.dataset.kind == Dataset.APPLICATION:
        datasets += Dataset.objects.filter(kind=Dataset.FIXTURES).values_list("pk", flat=True)
    return datasets


def _survivor(review: MatchReview, health_id: str) -> Patient:
    found = Patient.objects.in_datasets(datasets_of(review)).filter(health_id=health_id).first()
    if found is None:
        raise ReviewError(_("There is nobody of this Health ID here."))
    survivor: Patient = Patient.objects.select_for_update().get(pk=survivor_of(found).pk)
    if survivor.merged_into_id:
        raise ReviewError(_("This Health ID was merged a moment ago. Look again."))
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
        object_label=review.short_id,
        organisation_id=review.organisation_id,
        before=before,
        after=_state(review),
        reason=reason,
    )


VERBS = {MatchReview.MERGED: "merge_patients", MatchReview.KEPT_APART: "keep_patients_apart", "": "undo_match_review"}


def _state(review: MatchReview) -> dict[str, str]:
    survivor = patient_hash(review.survivor.health_id) if review.survivor else ""
    return {"decision": review.decision, "patient": patient_hash(review.patient.health_id), "survivor": survivor}
