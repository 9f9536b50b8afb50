"""What a reviewer reads of a request: as it was submitted last, and what changed since the submission before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.applications.models import Client
from portal.applications.scopes import SCOPES, Scope
from portal.approvals.answer_checks.results import Result, results_of
from portal.approvals.attachments import of_version
from portal.approvals.evidence import Evidence
from portal.approvals.models import AccessRequest, Attachment, Grant, Message, Review, SubmittedVersion
from portal.approvals.questionnaire import Question, facilities_of, plain, questionnaire, said, topic
from portal.approvals.states import DECIDED, State
from portal.audit.models import Decision
from portal.audit.sentences import sentence
from portal.edge.environments import PRODUCTION

SENSITIVITIES = {"inventory": _("Stock"), "personal": _("Identity"), "clinical": _("Health data")}
"""What a leak through a scope would show."""
QUIET = ("approvals.save_request", "approvals.tick")
"""What the timeline leaves out: it happens with every click on “Save”."""
EVENTS, EARLIER = 50, 10


@dataclass(frozen=True)
class AskedScope:
    """A scope that is asked for. `before`: its reason in the version before, None where it was not asked for then."""

    name: str
    reason: str
    known: Scope | None
    before: str | None
    first: bool
    held: bool
    messages: Sequence[Message]

    @property
    def is_new(self) -> bool:
        """Say whether the version before did not ask for it."""
        return not self.first and self.before is None

    @property
    def is_changed(self) -> bool:
        """Say whether its reason is another now."""
        return not self.first and self.before is not None and self.before != self.reason

    @property
    def is_sensitive(self) -> bool:
        """Say whether two reviewers must agree on it."""
        return self.name in settings.SENSITIVE_SCOPES

    @property
    def sensitivity(self) -> Any:
        """Return what a leak through it would show, in words."""
        return SENSITIVITIES[self.known.sensitivity] if self.known else ""


@dataclass(frozen=True)
class Answer:
    """An answer as people read it. `before`: what it was in the version before, where that was something else."""

    key: str
    label: str
    kind: str
    shown: str
    before: str | None
    checks: Sequence[Result]
    messages: Sequence[Message]
    files: Sequence[Attachment]

    @property
    def about(self) -> str:
        """Return what a question about it is about."""
        return f"question:{self.key}"


@dataclass(frozen=True)
class Facility:
    """A facility that is asked for, and the other organisations that speak for it already."""

    code: str
    name: str
    others: Sequence[str]


@dataclass(frozen=True)
class Reading:
    """All of it."""

    version: SubmittedVersion
    number: int
    kept: Evidence
    scopes: Sequence[AskedScope]
    dropped: Sequence[str]
    sections: Sequence[tuple[str, Sequence[Answer]]]
    facilities: Sequence[Facility]
    grant: Grant | None
    proposal: Review | None
    decision: Review | None
    thread: Sequence[Message] = field(default=())

    @property
    def answers(self) -> list[Answer]:
        """Return those of all sections."""
        return [answer for _title, answers in self.sections for answer in answers]

    @property
    def changed(self) -> list[tuple[str, str]]:
        """Return what is not as it was in the version before: where it stands on the page, and what it is called."""
        scopes = [(f"scope-{each.name}", each.name) for each in self.scopes if each.is_new or each.is_changed]
        return [*scopes, *((f"answer-{each.key}", each.label) for each in self.answers if each.before is not None)]

    @property
    def outcome(self) -> list[tuple[str, str]]:
        """Return each scope with the reason why it is not granted, as it is proposed or decided; empty: it is."""
        review = self.proposal or self.decision
        return [(each.name, review.refusals.get(each.name, "")) for each in self.scopes] if review else []

    @property
    def open_questions(self) -> list[Message]:
        """Return those that nobody has answered."""
        return [each for each in self.thread if each.asks and each.answered_at is None]


def read(request: AccessRequest) -> Reading:
    """Return what is known of a submitted request. The number of queries does not depend on its size."""
    versions = list(request.versions.order_by("number"))
    now, before = versions[-1], versions[-2] if len(versions) > 1 else None
    thread = list(request.messages.order_by("at", "pk"))
    about: dict[str, list[Message]] = defaultdict(list)
    for message in thread:
        message.topic = topic(message.about)  # type: ignore[attr-defined]
        about[message.about].append(message)
    application, submitted = request.application, copy(request)
    submitted.answers = now.answers  # while changes are made, those of the draft are not the reviewers' to read
    grant = Grant.objects.filter(client__application=application, ended_at=None).first()
    reviews = request.reviews.filter(undone_at=None).order_by("pk")
    return Reading(
        version=now,
        number=len(versions),
        kept=Evidence.from_json(now.evidence),
        scopes=_scopes(now, before, grant, about),
        dropped=[name for name in before.scopes if name not in now.scopes] if before else [],
        sections=_sections(now, before, results_of(submitted), about),
        facilities=_facilities(request, now.answers),
        grant=grant,
        proposal=reviews.filter(proposed=True).last() if request.state == State.IN_REVIEW else None,
        decision=reviews.last() if request.state in (*DECIDED, State.CHANGES_REQUESTED) else None,
        thread=thread,
    )


def timeline(request: AccessRequest, *, internal: bool) -> list[tuple[Decision, str]]:
    """Return what happened to the request, the last first; what reviewers do among themselves where `internal`."""
    rows = Decision.objects.filter(object_type="AccessRequest", object_id=request.public_id).exclude(verb__in=QUIET)
    if not internal:
        rows = rows.filter(organisation_id__isnull=False)
    return [(row, sentence(row)) for row in rows.order_by("-id")[:EVENTS]]


def earlier(request: AccessRequest) -> list[AccessRequest]:
    """Return the application's other requests that were submitted, the last first."""
    others = request.application.access_requests.filter(submitted_at__isnull=False).exclude(pk=request.pk)
    return list(others.order_by("-pk")[:EARLIER])


def _scopes(
    now: SubmittedVersion, before: SubmittedVersion | None, grant: Grant | None, about: Mapping[str, list[Message]]
) -> list[AskedScope]:
    held = set(grant.scopes) if grant else set()
    return [
        AskedScope(
            name,
            reason,
            SCOPES.get(name),
            before.scopes.get(name) if before else None,
            before is None,
            name in held,
            about.get(f"scope:{name}", ()),
        )
        for name, reason in now.scopes.items()
    ]


def _sections(
    now: SubmittedVersion,
    before: SubmittedVersion | None,
    checks: Mapping[str, list[Result]],
    about: Mapping[str, list[Message]],
) -> list[tuple[str, list[Answer]]]:
    """Return the answers under their headings; those of questions that are asked no more come last."""
    left, files = dict(now.answers), list(of_version(now))

    def answer(key: str, question: Question | None) -> Answer:
        value, was = left.pop(key), before.answers.get(key) if before else None
        shown, shown_before = _shown(question, value), _shown(question, was)
        return Answer(
            key,
            said(now.questions.get(key, {})) or key,
            question.kind if question else "text",
            shown,
            shown_before if before and shown_before != shown else None,
            checks.get(key, ()),
            about.get(f"question:{key}", ()),
            [file for file in files if file.question == key],
        )

    found = [
        (section.title, [answer(each.key, each) for each in section.questions if each.key in left])
        for section in questionnaire().sections
    ]
    return [(title, answers) for title, answers in [*found, ("", [answer(key, None) for key in list(left)])] if answers]


def _shown(question: Question | None, value: Any) -> str:
    return question.shown(value) if question else plain(value)


def _facilities(request: AccessRequest, answers: Mapping[str, Any]) -> list[Facility]:
    """Return the facilities. Codes stand in lists of JSON, which not every database can search: all grants are read."""
    speaking: dict[str, set[str]] = defaultdict(set)
    others = Client.objects.filter(environment=PRODUCTION).exclude(facilities=[])
    others = others.exclude(application__organisation_id=request.application.organisation_id)
    for codes, name in others.values_list("facilities", "application__organisation__name"):
        for code in codes:
            speaking[code].add(name)
    return [Facility(each["code"], each["name"], sorted(speaking[each["code"]])) for each in facilities_of(answers)]
