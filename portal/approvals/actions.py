"""The verbs of developers: start a request, save answers, submit, answer again, withdraw."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.applications.models import Application
from portal.applications.scopes import available, in_order
from portal.approvals import letters
from portal.approvals.answer_checks.asking import ask_for_checks
from portal.approvals.evidence import snapshot
from portal.approvals.models import AccessRequest, RequestedScope, SubmittedVersion
from portal.approvals.moving import NotAllowedError, advance, lock, record
from portal.approvals.questionnaire import Question, questionnaire
from portal.approvals.states import EDITABLE, OPEN, State
from portal.audit.actions import Actor
from portal.edge.environments import PRODUCTION

A_DAY = 20
"""So many requests one organisation submits within 24 hours: each is a mail to every reviewer."""


@transaction.atomic
def start_request(*, by: Actor, application: Application, user: User | None) -> AccessRequest:
    """Begin a draft, filled in with what the application last asked for.

    :raises NotAllowedError: where one is open already, or the application is closed.
    """
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if locked.closed_at is not None:
        raise NotAllowedError(_("This app is closed. Reopen it first."))
    if locked.access_requests.filter(state__in=OPEN).exists():
        raise NotAllowedError(_("There is a request already. Go on with that one."))
    last = locked.access_requests.order_by("-pk").first()
    request = AccessRequest.objects.create(application=locked, created_by=user, answers=last.answers if last else {})
    for asked in last.scopes.all() if last else ():
        RequestedScope.objects.create(request=request, scope=asked.scope, reason=asked.reason)
    record(by, "start_request", request)
    return request


@transaction.atomic
def save_request(
    *,
    by: Actor,
    request: AccessRequest,
    answers: Mapping[str, Any] | None = None,
    scopes: Mapping[str, str] | None = None,
) -> None:
    """Keep what is filled in, complete or not: `answers` by question, `scopes` with their reasons, all of them.

    :raises NotAllowedError: where it cannot be changed now, or a scope is not for production.
    """
    locked = lock(request)
    _require_editable(locked)
    changed: list[str] = []
    if answers is not None:
        changed += [key for key, value in answers.items() if locked.answers.get(key) != value]
        locked.answers = {**locked.answers, **answers}
        locked.save(update_fields=["answers"])
    if scopes is not None:
        changed += _save_scopes(locked, scopes)
    if changed:
        record(by, "save_request", locked, after={"changed": sorted(changed)})


def _save_scopes(locked: AccessRequest, scopes: Mapping[str, str]) -> list[str]:
    if wrong := set(scopes) - set(available(PRODUCTION)):
        raise NotAllowedError(_("Not available in production: %(scopes)s") % {"scopes": ", ".join(sorted(wrong))})
    before = {asked.scope: asked.reason for asked in locked.scopes.all()}
    locked.scopes.exclude(scope__in=scopes).delete()
    for name, reason in scopes.items():
        RequestedScope.objects.update_or_create(request=locked, scope=name, defaults={"reason": reason})
    return [name for name in {*before, *scopes} if before.get(name) != scopes.get(name)]


def missing(request: AccessRequest) -> tuple[list[Question], list[str]]:
    """Return the questions that must still be answered, and the scopes without a reason. Two queries.

    No scope at all is missing too: then the second list holds an empty name.
    """
    asked = questionnaire().asked_of(request.application.integration)
    open_questions = [each for each in asked if each.required and not _is_answered(each, request.answers)]
    scopes = {each.scope: each.reason for each in request.scopes.all()}
    return open_questions, [name for name in in_order(set(scopes)) if not scopes[name].strip()] if scopes else [""]


def _is_answered(question: Question, answers: Mapping[str, Any]) -> bool:
    answer = answers.get(question.key)
    return not is_empty(answer) and question.fits(answer)


def is_empty(answer: object) -> bool:
    """Say whether nothing was answered. The number 0 is an answer."""
    return answer is False or answer in (None, "", [])


@transaction.atomic
def submit(*, by: Actor, request: AccessRequest, user: User | None) -> SubmittedVersion:
    """Hand it to the reviewers, for the first time or again after changes were requested. What it says is kept.

    :raises NotAllowedError: where something is missing, or it is not the developers' turn.
    """
    locked = lock(request)
    _require_editable(locked)
    questions, scopes = missing(locked)
    if questions or scopes:
        raise NotAllowedError(_("Some answers are missing. Fill them in first."))
    if locked.application.closed_at is not None:
        raise NotAllowedError(_("This app is closed. Reopen it first."))
    if locked.messages.filter(asks=True, answered_at=None).exists():
        raise NotAllowedError(_("A reviewer's question waits for its answer. Answer it first."))
    again = locked.state == State.CHANGES_REQUESTED
    if not again and _submitted_lately(locked) >= A_DAY:
        raise NotAllowedError(_("Your organisation has submitted many requests today. Submit this one tomorrow."))
    version = _keep_version(by, locked, user)
    advance(locked, "resubmit" if again else "submit", submitted_at=locked.submitted_at or timezone.now())
    record(by, "resubmit" if again else "submit", locked, after={"version": version.number})
    letters.submitted(locked, by=by.label, again=again)
    ask_for_checks(by=by, locked=locked)
    return version


def _submitted_lately(locked: AccessRequest) -> int:
    since = timezone.now() - timedelta(days=1)
    theirs = AccessRequest.objects.filter(application__organisation=locked.application.organisation_id)
    return theirs.filter(submitted_at__gt=since).count()


def _keep_version(by: Actor, locked: AccessRequest, user: User | None) -> SubmittedVersion:
    asked = questionnaire().asked_of(locked.application.integration)
    return SubmittedVersion.objects.create(
        request=locked,
        number=locked.versions.count() + 1,
        by=user,
        by_label=by.label,
        answers={each.key: locked.answers.get(each.key) for each in asked},
        scopes={each.scope: each.reason for each in locked.scopes.all()},
        questions={each.key: dict(each.labels) for each in asked},
        evidence=snapshot(locked),
    )


@transaction.atomic
def withdraw(*, by: Actor, request: AccessRequest) -> None:
    """Take it back. A new one begins with its answers.

    :raises NotAllowedError: where it is decided already.
    """
    locked = lock(request)
    advance(locked, "withdraw")
    record(by, "withdraw", locked)
    if locked.submitted_at is None:
        locked.attachments.all().delete()  # nobody but its developers was to read them
    if locked.submitted_at:
        letters.to_developers(locked, "withdraw", by=by.label)
        letters.to_reviewer(locked, "withdraw", by=by.label)


def _require_editable(locked: AccessRequest) -> None:
    if locked.state not in EDITABLE:
        raise NotAllowedError(
            _("This request is “%(state)s”: it cannot be changed now.") % {"state": locked.get_state_display()}
        )
