"""What the staff's desk and an application's own pages have in common: the queue, the pair, the decision."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts.policies import SignedInRequest
from portal.audit.actions import Actor
from portal.audit.models import Decision
from portal.audit.sentences import sentence
from portal.connect import reviewing
from portal.connect.matches.comparing import GRADES, OBJECTIONS, Row, compared, signed
from portal.connect.matches.forms import APART, DecisionForm, StateForm
from portal.connect.matches.people import Candidate, Person, candidates_of, patient_of
from portal.connect.matching import LINK, Comparison, Grade
from portal.connect.models import MatchReview
from portal.connect.reviewing import ReviewError, ReviewGoneError, state_of

PAGE = 25
HISTORY = 50
RELATED = ("dataset__application", "organisation", "patient", "survivor")


@dataclass(frozen=True)
class Pair:
    """The review's patient beside one candidate."""

    candidate: Candidate
    rows: list[Row]
    comparison: Comparison | None

    @classmethod
    def of(cls, mine: Person, candidate: Candidate) -> "Pair":
        """Compare the two as they are now."""
        if candidate.person is None:
            return cls(candidate, [], None)
        return cls(candidate, *compared(mine, candidate.person))

    @property
    def weight(self) -> str:
        """Return all the evidence, in bits."""
        return signed(self.comparison.weight) if self.comparison else ""

    @property
    def objections(self) -> list[Any]:
        """Return why the two were not linked without a look."""
        if self.comparison is None:
            return []
        weak = [] if self.comparison.weight >= LINK else [_("The evidence weighs too little.")]
        found = [*weak, *(OBJECTIONS[name] for name in self.comparison.objections)]
        return found or [_("Somebody else comes too near.")]

    @property
    def grade(self) -> Any:
        """Return how sure the match was when the review was queued."""
        return GRADES[self.candidate.grade]

    @property
    def held_the_number(self) -> bool:
        """Say whether this is who had the local number before."""
        return self.candidate.grade == Grade.CERTAINLY_NOT


def queue(form: StateForm, request: SignedInRequest, reviews: QuerySet[MatchReview]) -> dict[str, Any]:
    """Return a page of the queue. Nothing in it says who anybody is."""
    found = form.narrowed(reviews.select_related("dataset__application", "organisation"))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    for review in page:
        best = review.candidates[0]["grade"] if review.candidates else ""
        review.best_grade = GRADES.get(best, "")  # type: ignore[attr-defined]
    return {"form": form, "page": page, "is_narrow": form.is_narrow}


def review_page(
    request: SignedInRequest,
    review: MatchReview,
    *,
    by: Actor,
    back: str,
    template: str,
    may_decide: bool = True,
    **context: Any,
) -> HttpResponseBase:
    """Show the people of a review beside each other, ask whether the decision is meant, and take it.

    Each time that people are shown, the trail says who saw them.
    """
    mine, others, seen = patient_of(review), candidates_of(review), state_of(review)
    posted = request.method == "POST"
    form = DecisionForm(request.POST if posted else None, review=review, seen=seen, mine=mine, others=others)
    confirming = posted and form.is_valid()
    if posted and request.POST.get("seen", "") != seen:
        confirming, form = False, DecisionForm(None, review=review, seen=seen, mine=mine, others=others)
        messages.error(request, reviewing.said_meanwhile(review))
    elif confirming and "confirmed" in request.POST:
        return redirect(back if _decided(request, review, form, by) else request.path)
    reviewing.note_look(by=by, review=review)
    context |= {
        "review": review,
        "environment": review.environment,
        "mine": mine,
        "pairs": [Pair.of(mine, other) for other in others],
        "is_fixture": mine.patient.dataset_id != review.dataset_id,
        "form": form,
        "may_decide": may_decide,
        "confirming": confirming,
        "keeps_apart": confirming and form.cleaned_data["answer"] == APART,
        "link_weight": int(LINK),
        "history": history(review),
        "back": back,
    }
    return _private(render(request, template, context))


def _decided(request: SignedInRequest, review: MatchReview, form: DecisionForm, by: Actor) -> bool:
    """Decide, tell, and say whether there is nothing more to do about this review."""
    try:
        reviewing.decide(by=by, review=review, **form.decision())
    except ReviewError as exc:
        messages.error(request, str(exc))
        return isinstance(exc, ReviewGoneError)
    messages.success(request, _("Decided, and written down. It can be undone among those that are decided."))
    return True


def history(review: MatchReview) -> list[tuple[Decision, str, int]]:
    """Return who looked and who decided, the last first, and how often in a row."""
    rows = Decision.objects.filter(object_type="match_review", object_id=str(review.public_id)).order_by("-id")
    runs = [list(run) for _key, run in groupby(rows[:HISTORY], lambda row: (row.verb, row.actor_kind, row.actor_id))]
    return [(run[0], sentence(run[0]), len(run)) for run in runs]


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
