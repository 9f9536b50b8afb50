"""Find the Health ID of a person at a desk, or create one, and never link the wrong person.

The four steps of the contract: the number under which the organisation has linked them before; a verified national
number; the weights; the gate. All of it happens in one transaction that holds every key under which the person could
be found or filed, so that two parallel calls for one person make one Health ID.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import Organisation
from portal.connect import health_ids, locks, register
from portal.connect.blocking import asked_keys
from portal.connect.matching import Closeness, Comparison, Decision, Demographics, Grade, Ranked, compare, decide
from portal.connect.models import LocalLink, MatchReview, Patient

MOST_CANDIDATES = 10
"""Likeliest first. With more, a desk needs more of the person and not more people; each is a Health ID given away."""


@dataclass(frozen=True)
class Desk:
    """Who asks: an organisation that sees these datasets, the one that it writes to first."""

    datasets: Sequence[int]
    organisation_id: int

    @property
    def own(self) -> int:
        """Return the dataset that it writes to."""
        return self.datasets[0]


@dataclass(frozen=True)
class Asked:
    """Whom it asks for. `provisional`: rather a patient who must be looked at than no patient."""

    person: Demographics
    source: str
    local_number: str
    country: str = ""
    provisional: bool = False


@dataclass(frozen=True)
class Match:
    """Why a patient is taken to be the person. `method`: local_number, identifier or demographics."""

    method: str
    grade: str
    score: float
    agreeing_fields: list[str]


@dataclass(frozen=True)
class Resolution:
    """The patient, and how it came to that. `outcome`: matched, created or provisional."""

    outcome: str
    health_id: str
    match: Match | None = None
    review_id: UUID | None = None


@dataclass(frozen=True)
class CandidateMatch:
    """Somebody who may be the person. Nothing here is personal but the Health ID."""

    health_id: str
    grade: str
    score: float
    agreeing_fields: list[str]


class AmbiguousError(Exception):
    """Several may be the person, or one who did not pass the gate; or the local number was somebody else's."""

    def __init__(self, kind: str, candidates: list[CandidateMatch]) -> None:
        super().__init__(kind)
        self.kind = kind
        self.candidates = candidates


@transaction.atomic
def resolve(*, desk: Desk, asked: Asked) -> Resolution:
    """Return the one patient who is the person.

    :raises AmbiguousError: where somebody must look, unless `asked.provisional`.
    """
    locks.hold(_lock_names(desk, asked))
    link = _link(desk, asked)
    if link:
        comparison = compare(asked.person, register.demographics_of(link.patient))
        if not contradicts(comparison):
            LocalLink.objects.filter(pk=link.pk, dataset_id=desk.own).update(resolved_at=timezone.now())
            match = Match("local_number", Grade.CERTAIN, 1.0, comparison.agreeing_fields)
            return Resolution("matched", register.survivor_of(link.patient).health_id, match)
    people = register.candidates(desk.datasets, asked.person).values()
    known = _survivors(people)
    records = [(register.survivor_of(patient).pk, register.demographics_of(patient)) for patient in people]
    decision = decide(asked.person, records)
    if link:
        return _reused(desk, asked, link, people, decision)
    if decision.match:
        patient = known[decision.match.key]
        _connect(desk, asked, _nearest(asked, people, patient))
        return Resolution("matched", patient.health_id, _match(decision.match.comparison))
    if decision.plausible:
        return _ambiguous(desk, asked, _candidates(known, decision.plausible))
    patient = _create(desk, asked)
    return Resolution("created", patient.health_id)


def contradicts(comparison: Comparison) -> bool:
    """Say whether this is somebody else: by the birth date, and by the given name or by a name and the sex.

    Sex alone must not decide: half of all numbers that are given again go to somebody of the same sex. A family name
    alone does not either, because people marry.
    """
    fields = comparison.fields
    names = {fields["given_name"], fields["family_name"]}
    another_name = fields["given_name"] == Closeness.DIFFERENT or (
        bool(names & {Closeness.DIFFERENT, Closeness.SIMILAR}) and fields["sex"] == Closeness.DIFFERENT
    )
    return another_name and fields["birth_date"] == Closeness.DIFFERENT


def _lock_names(desk: Desk, asked: Asked) -> list[str]:
    """Return what no two calls may work on at once: two that could find each other share one of these."""
    numbers = [f"i:{system}:{value}" for system, value in asked.person.identifiers]
    local = f"l:{desk.organisation_id}:{asked.source}:{asked.local_number}"
    return [f"{desk.own}:{name}" for name in (local, *numbers, *asked_keys(asked.person))]


def _link(desk: Desk, asked: Asked) -> LocalLink | None:
    """Return the organisation's own link, or a fixture's, which is there for everybody to meet."""
    number = {"source": asked.source, "local_number": asked.local_number, "ended_at": None}
    for whose in (
        Q(dataset_id=desk.own, organisation_id=desk.organisation_id),
        Q(dataset_id__in=desk.datasets[1:], organisation=None),
    ):
        links = LocalLink.objects.filter(whose, **number).select_related("patient__merged_into")
        # Not `.first()`, whose ordering would make the planner read links by their id.
        if link := next(iter(links.prefetch_related("patient__identifiers")), None):
            return link
    return None


def _survivors(people: Collection[Patient]) -> dict[int, Patient]:
    return {survivor.pk: survivor for survivor in map(register.survivor_of, people)}


def _nearest(asked: Asked, people: Collection[Patient], survivor: Patient) -> Patient:
    """Return by whose own data the survivor is the person: theirs is the link when a merge is undone."""

    def rank(patient: Patient) -> tuple[bool, float, bool, int]:
        comparison = compare(asked.person, register.demographics_of(patient))
        return comparison.certain, comparison.weight, patient.pk == survivor.pk, -patient.pk

    return max((one for one in people if register.survivor_of(one).pk == survivor.pk), key=rank)


def _reused(desk: Desk, asked: Asked, link: LocalLink, people: Collection[Patient], decision: Decision) -> Resolution:
    """The number was linked to somebody else: it changes hands only where staff will look."""
    known = _survivors(people)
    held_by = CandidateMatch(register.survivor_of(link.patient).health_id, Grade.CERTAINLY_NOT, 0.0, [])
    if not asked.provisional:
        raise AmbiguousError(MatchReview.REUSED_NUMBER, [held_by])
    LocalLink.objects.filter(pk=link.pk, dataset_id=desk.own).update(ended_at=timezone.now())
    others = _candidates(known, decision.plausible)
    if decision.match:
        patient, outcome, match = known[decision.match.key], "matched", _match(decision.match.comparison)
        _connect(desk, asked, _nearest(asked, people, patient))
    else:
        patient, outcome, match = _create(desk, asked), "provisional", None
    review = _queue(desk, MatchReview.REUSED_NUMBER, patient, [held_by, *others])
    return Resolution(outcome, patient.health_id, match, review)


def _ambiguous(desk: Desk, asked: Asked, found: list[CandidateMatch]) -> Resolution:
    if not asked.provisional:
        raise AmbiguousError(MatchReview.AMBIGUOUS, found)
    patient = _create(desk, asked)
    return Resolution("provisional", patient.health_id, review_id=_queue(desk, MatchReview.AMBIGUOUS, patient, found))


def _match(comparison: Comparison) -> Match:
    method = "identifier" if comparison.certain else "demographics"
    return Match(method, comparison.grade, comparison.score, comparison.agreeing_fields)


def _candidates(known: dict[int, Patient], ranked: Sequence[Ranked]) -> list[CandidateMatch]:
    return [
        CandidateMatch(
            known[each.key].health_id,
            each.comparison.grade,
            each.comparison.score,
            each.comparison.agreeing_fields,
        )
        for each in ranked[:MOST_CANDIDATES]
    ]


def _queue(desk: Desk, kind: str, patient: Patient, found: list[CandidateMatch]) -> UUID:
    review = MatchReview.objects.create(
        dataset_id=desk.own,
        organisation_id=desk.organisation_id,
        kind=kind,
        patient=patient,
        candidates=[vars(candidate) for candidate in found],
    )
    return review.public_id


def _create(desk: Desk, asked: Asked) -> Patient:
    person = asked.person
    country = asked.country or Organisation.objects.values_list("country", flat=True).get(pk=desk.organisation_id)
    patient = Patient(
        dataset_id=desk.own,
        health_id=_new_health_id(),
        given_name=person.given_name,
        family_name=person.family_name,
        sex=person.sex,
        birth_date=person.birth_date,
        birth_date_estimated=person.birth_date_estimated,
        phone=person.phone,
        country=str(country),
    )
    register.enter(patient, person)
    _connect(desk, asked, patient)
    return patient


def _connect(desk: Desk, asked: Asked, patient: Patient) -> None:
    LocalLink.objects.create(
        dataset_id=desk.own,
        organisation_id=desk.organisation_id,
        source=asked.source,
        local_number=asked.local_number,
        patient=patient,
    )


def _new_health_id() -> str:
    """Return a Health ID of this year that nobody has, in any dataset: a fixture's would hide the fixture."""
    while True:
        health_id = health_ids.make(timezone.now().year, secrets.randbelow(32**7))
        if not Patient.objects.filter(health_id=health_id).exists():
            return health_id
