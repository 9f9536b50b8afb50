"""The latest result of each check of a request."""

from dataclasses import dataclass

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from portal.approvals.answer_checks.models import AnswerCheck, Kind, Outcome
from portal.approvals.models import AccessRequest
from portal.approvals.questionnaire import Question, questionnaire


@dataclass(frozen=True)
class Result:
    """What is known of one check of one answer. `last`: the newest result; `waits`: another is to come."""

    question: Question
    kind: Kind
    answer: str
    last: AnswerCheck | None
    waits: bool
    note: str = ""
    """What else there is to know of the answer."""

    @property
    def is_stale(self) -> bool:
        """Say whether the answer has changed since."""
        return self.last is not None and self.last.answer != self.answer

    @property
    def outcome(self) -> str:
        """Return pass, warn or fail; empty where this answer has not been checked yet."""
        return self.last.outcome if self.last and not self.is_stale else ""

    @property
    def outcome_label(self) -> str:
        """Return the outcome in words."""
        return str(Outcome(self.outcome).label) if self.outcome else ""


def wanted(request: AccessRequest) -> list[tuple[Question, Kind, str]]:
    """Return the checks that the questionnaire names for this application, each with its answer, which may be empty."""
    return [
        (question, Kind(name), str(request.answers.get(question.key) or "").strip())
        for question in questionnaire().asked_of(request.application.integration)
        for name in question.checks
    ]


def results_of(request: AccessRequest) -> dict[str, list[Result]]:
    """Return the results by the key of the question, in the order of the questionnaire. One query."""
    all_of_it = AnswerCheck.objects.filter(request=request)
    newest = all_of_it.exclude(done_at=None).values("question", "kind").annotate(newest=Max("pk")).values("newest")
    rows = all_of_it.filter(Q(pk__in=newest) | Q(done_at=None))
    found: dict[str, list[Result]] = {}
    known = {(row.question, row.kind, row.done_at is None): row for row in rows}
    for question, kind, answer in wanted(request):
        last = known.get((question.key, kind, False))
        note = _beside_the_organisations(request, answer) if kind == Kind.VERIFIED and answer else ""
        result = Result(question, kind, answer, last, (question.key, kind, True) in known, note)
        found.setdefault(question.key, []).append(result)
    return found


def _beside_the_organisations(request: AccessRequest, address: str) -> str:
    contact = request.application.organisation.security_contact
    if not contact:
        return _("The settings of the organisation name no security contact.")
    if contact.lower() == address.lower():
        return _("It is the security contact in the settings of the organisation, too.")
    return _("The settings of the organisation name another security contact.")
