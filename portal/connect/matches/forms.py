"""What narrows the queue, and the decision about one match."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.connect.matches.people import Candidate, Person
from portal.connect.models import Dataset, MatchReview
from portal.connect.names import fold
from portal.edge.environments import PRODUCTION, SANDBOX

OPEN, DECIDED = "open", "decided"
STATES = ((OPEN, _("Waiting")), (DECIDED, _("Decided")))
HEALTH_ID = re.compile(r"OPC\W?\d{4}\W?\w{5}", re.IGNORECASE)
DIGITS = re.compile(r"\d(?:[\s./-]?\d){5,}")
LEAST_LETTERS = 3
APART, UNDO = MatchReview.KEPT_APART, "undo"


class StateForm(forms.Form):
    """Those that wait, or those that were decided."""

    state = forms.ChoiceField(label=_("Matches"), choices=STATES, required=False)

    def narrowed(self, reviews: QuerySet[MatchReview]) -> QuerySet[MatchReview]:
        """Return what was asked for: the longest waiting first, or the last decided."""
        self.full_clean()
        if self.cleaned_data.get("state") == DECIDED:
            return reviews.filter(decided_at__isnull=False).order_by(F("decided_at").desc(), "-pk")
        return reviews.filter(decided_at=None).order_by("created_at", "pk")

    @property
    def is_narrow(self) -> bool:
        """Say whether there may be others that were not asked for."""
        return any(self.cleaned_data.values())


class QueueForm(StateForm):
    """The same for the staff, who see all applications in both environments."""

    environment = forms.ChoiceField(
        label=_("Environment"),
        choices=[("", _("Both")), (SANDBOX, _("Sandbox")), (PRODUCTION, _("Production"))],
        required=False,
    )
    app = forms.CharField(label=_("App or organisation"), required=False, max_length=120)

    def narrowed(self, reviews: QuerySet[MatchReview]) -> QuerySet[MatchReview]:
        """Return what was asked for."""
        found = super().narrowed(reviews)
        asked = self.cleaned_data
        if environment := asked.get("environment"):
            in_production = Q(dataset__kind=Dataset.PRODUCTION)
            found = found.filter(in_production if environment == PRODUCTION else ~in_production)
        if words := asked.get("app"):
            found = found.filter(
                Q(dataset__application__name__icontains=words) | Q(organisation__name__icontains=words)
            )
        return found


class DecisionForm(forms.Form):
    """The decision, in the state in which the review was seen, and why."""

    answer = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        min_length=5,
        max_length=500,
        help_text=_(
            "What you went by. It is kept in the audit trail: write no name, number or Health ID of the person."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, review: MatchReview, seen: str, mine: Person, others: list[Candidate]) -> None:
        super().__init__(data, initial={"seen": seen})
        self.people = [mine, *(other.person for other in others if other.person)]
        self.survivors = {} if review.decided_at else survivors(review, mine, others)
        said = gettext("Merge: %(health_id)s stays (%(given)s %(family)s)")
        choices = [
            (one, said % {"health_id": one, "given": person.patient.given_name, "family": person.patient.family_name})
            for one, person in self.survivors.items()
        ] + [(APART, gettext("Keep apart"))]
        if review.decided_at:
            choices = [(UNDO, gettext("Undo the decision"))]
            self.fields["answer"].initial = UNDO
        self.fields["answer"].choices = choices  # type: ignore[attr-defined]

    @property
    def survivor(self) -> Person | None:
        """Return whose Health ID stays, where the answer is to merge."""
        return self.survivors.get(self.cleaned_data["answer"])

    def decision(self) -> dict[str, str]:
        """Return what was decided, as the verb takes it."""
        data = self.cleaned_data
        answer = MatchReview.MERGED if self.survivor else data["answer"] if data["answer"] == APART else ""
        into = self.survivor.patient.health_id if self.survivor else ""
        return {"answer": answer, "into": into, "reason": data["reason"], "seen": data["seen"]}

    def clean_reason(self) -> str:
        """Refuse what says who the person is: it would stay in the trail for good."""
        reason: str = self.cleaned_data["reason"]
        told = set(fold(reason)) & set(_words(self.people))
        if told or HEALTH_ID.search(reason) or DIGITS.search(reason):
            raise forms.ValidationError(
                gettext("This says who the person is: a name, a number or a Health ID. Write what you went by instead.")
            )
        return reason


def survivors(review: MatchReview, mine: Person, others: list[Candidate]) -> dict[str, Person]:
    """Return those into whom the review's patient can be merged, by Health ID."""
    if mine.patient.merged_into_id or mine.patient.dataset_id != review.dataset_id:
        return {}
    people = [other.person for other in others if other.person and other.person.patient.pk != mine.patient.pk]
    return {person.patient.health_id: person for person in people}


def _words(people: Iterable[Person]) -> Iterable[str]:
    for person in people:
        for patient in (person.patient, *person.aliases):
            names = (*fold(patient.given_name), *fold(patient.family_name))
            yield from (word for word in names if len(word) >= LEAST_LETTERS)
