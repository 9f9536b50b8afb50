"""`table` blocks: tables whose rows come from the code."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from portal.applications.models import Integration
from portal.applications.published import DEMO_PRODUCTION_CLIENT, SANDBOX_CLIENT
from portal.applications.scopes import SCOPES, available
from portal.approvals.answer_checks.domains import PATH
from portal.approvals.answer_checks.models import Kind
from portal.approvals.evidence import words
from portal.approvals.questionnaire import Question, questionnaire
from portal.approvals.scenarios.catalogue import ALL as SCENARIOS
from portal.connect.synthetic import NAMED, Person, people
from portal.connect.synthetic.facilities import places
from portal.connect.synthetic.histories import Diagnosis, history_of
from portal.connect.synthetic.people import MET_BY_CARE, MET_BY_RESOLVE
from portal.edge.environments import PRODUCTION, SANDBOX
from portal.openapi.document import Operation, operations
from portal.problems.catalogue import PROBLEMS
from portal.problems.oauth_errors import OAUTH_ERRORS
from portal.problems.problem_types import ProblemType
from portal.samples.steps import GRANT

Cell = dict[str, str]
Table = tuple[list[str], list[list[Cell]]]
SHOWN: Final = 8
"""So many of many that are alike are shown."""


PASSES: Final = {
    Kind.REACHABLE: _lazy("The address answers 200 over TLS, with a certificate that is valid for it."),
    Kind.PRIVACY_PAGE: _lazy("A page stands there that can be read without scripts and speaks of privacy."),
    Kind.DOMAIN: _lazy("A text file at `%(path)s` on the same host holds the token of your organisation."),
    Kind.VERIFIED: _lazy("Somebody has opened the link that we mailed there, and entered the code beside it."),
}
"""When a check of an answer passes."""


def _scopes(names: Iterable[str]) -> Table:
    rows = [[{"code": name}, {"text": _(SCOPES[name].allows)}, {"text": _(SCOPES[name].risk)}] for name in names]
    return [_("Scope"), _("What it allows"), _("What could go wrong")], rows


def _errors(problems: Iterable[ProblemType]) -> Table:
    rows = [
        [
            {"text": str(problem.status)},
            {"code": problem.code, "href": reverse("error-page", args=[problem.code])},
            {"text": _(problem.meaning)},
            {"text": _(problem.mend)},
        ]
        for problem in problems
    ]
    return [_("Status"), _("Code"), _("What happened"), _("What to do")], rows


def _patients(persons: Iterable[Person]) -> Table:
    rows = [
        [
            {"code": person.health_id},
            {"text": f"{person.given_name} {person.family_name}"},
            {"code": person.sex},
            {"text": f"{person.birth_date:%Y-%m-%d}" + (f" ({_('estimated')})" if person.birth_date_estimated else "")},
            {"text": person.phone},
            {"text": person.country},
            {"text": _spans(one.illness.code for one in history_of(person) if isinstance(one, Diagnosis))},
        ]
        for person in persons
    ]
    head = [_("Health ID"), _("Name"), _("Sex"), _("Birth date"), _("Phone"), _("Country"), _("Diagnoses (ICD-10)")]
    return head, rows


def _spans(codes: Iterable[str]) -> str:
    return " ".join(f"`{code}`" for code in codes)


def _identifiers() -> Table:
    known = sorted((system, value, person.health_id) for person in people() for system, value in person.identifiers)
    first = (one for _system, numbers in groupby(known, key=itemgetter(0)) for one in islice(numbers, SHOWN))
    rows = [[{"code": cell} for cell in one] for one in first]
    return [_("Numbering system"), _("Number"), _("Health ID")], rows


def _calls() -> Table:
    rows = [
        [{"code": f"{one.method} {one.path}"}, {"text": _(one.summary)}, _scopes_of(one)]
        for one in sorted(operations().values(), key=lambda one: (one.needs_token, one.id != GRANT))
    ]
    return [_("Call"), _("Purpose"), _("Scope, any one of")], rows


def _scopes_of(one: Operation) -> Cell:
    if not one.needs_token:
        return {"text": _("None: the client's credentials")}
    if set(one.scopes) == set(available(SANDBOX)):
        return {"text": _("Any scope")}
    return {"text": _spans(one.scopes)}


def _hospitals() -> Table:
    rows = [
        [{"code": place.code}, {"text": place.name}, {"code": place.town.region}]
        for place in places()
        if place.kind == "hospital"
    ]
    return [_("Facility code"), _("Name"), _("Region (ISO 3166-2)")], rows


def _production_scopes() -> Table:
    rows = [
        [
            {"code": name},
            {"text": _(SCOPES[name].allows)},
            {"text": _(SCOPES[name].risk)},
            {"text": _("two") if name in settings.SENSITIVE_SCOPES else _("one")},
        ]
        for name in available(PRODUCTION)
    ]
    return [_("Scope"), _("What it allows"), _("What could go wrong"), _("Reviewers")], rows


def _questionnaire() -> Table:
    rows = [
        [{"text": section.title}, {"text": _asked(question)}, {"text": question.help}]
        for section in questionnaire().sections
        for question in section.questions
    ]
    return [_("Part"), _("Question"), _("What we want to know")], rows


def _asked(question: Question) -> str:
    """Return the question, with the integrations of which alone it is asked, and whether it may be left out."""
    limits = [str(Integration(each).label) for each in question.integrations]
    limits += [] if question.required else [_("may be left out")]
    return question.label + (f" ({', '.join(limits)})" if limits else "")


def _checklist() -> Table:
    return [_("What reviewers tick")], [[{"text": label}] for _key, label in questionnaire().checklist]


def _checks() -> Table:
    asked = {kind: [each.label for each in questionnaire() if kind in each.checks] for kind in Kind}
    rows = [
        [{"text": str(kind.label)}, {"text": " · ".join(labels)}, {"text": PASSES[kind] % {"path": PATH}}]
        for kind, labels in asked.items()
        if labels
    ]
    return [_("Check"), _("Of these answers"), _("It passes when")], rows


def _evidence() -> Table:
    thresholds = questionnaire().thresholds
    rows = [
        [
            {"text": words.title(key) or _("Each scope that is asked for")},
            {"text": words.how(key, thresholds)},
            {"text": words.next_step(key)},
        ]
        for key in words.WORDS
    ]
    return [_("Evidence"), _("How it is computed"), _("How to meet it")], rows


def _scenarios() -> Table:
    rows = [
        [
            {"text": str(each.title)},
            {"text": str(each.shows)},
            {"text": " ".join(f"{number}. {step}." for number, step in enumerate(each.steps.values(), 1))},
        ]
        for each in SCENARIOS
    ]
    return [_("Scenario"), _("What it shows"), _("What must be seen, in this order")], rows


TABLES: Final[dict[str, Callable[[], Table]]] = {
    "scopes-sandbox": lambda: _scopes(SANDBOX_CLIENT.scopes),
    "scopes-production": lambda: _scopes(DEMO_PRODUCTION_CLIENT.scopes),
    "production-scopes": _production_scopes,
    "questionnaire": _questionnaire,
    "checklist": _checklist,
    "checks": _checks,
    "evidence": _evidence,
    "scenarios": _scenarios,
    "errors": lambda: _errors(PROBLEMS.values()),
    "oauth-errors": lambda: _errors(OAUTH_ERRORS.values()),
    "patients": lambda: _patients((*NAMED, *MET_BY_RESOLVE, *MET_BY_CARE)),
    "everyone-else": lambda: _patients(islice(people(), len(NAMED), len(NAMED) + SHOWN)),
    "identifiers": _identifiers,
    "calls": _calls,
    "hospitals": _hospitals,
}


def table(name: str) -> SafeString:
    """Return a table in the active language.

    :raises KeyError: where there is no table of this name.
    """
    return _table(name, get_language())


@lru_cache(maxsize=64)
def _table(name: str, _language: str | None) -> SafeString:
    return written(*TABLES[name]())


def written(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> SafeString:
    """Return the table's HTML. Each cell has its heading beside it, for screens that are too narrow for columns."""
    return render_to_string(
        "guides/table.html", {"head": head, "rows": [list(zip(head, row, strict=True)) for row in rows]}
    )
