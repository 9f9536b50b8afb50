"""One request: what speaks for it, what is said about it, and the decision.

Each form carries the state in which the page was read (`seen`). Where somebody has moved on meanwhile, nothing is
decided: the page comes again as it is now, with what was written.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages as flash
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.policies import SignedInRequest
from portal.accounts.reauthentication import recently_authenticated
from portal.approvals import messages, reviewing
from portal.approvals.attachments import download, of_version
from portal.approvals.desk import forms
from portal.approvals.desk.forms import DecisionForm
from portal.approvals.desk.queue import Place, age, in_order, requests_for
from portal.approvals.desk.reading import Reading, earlier, read, timeline
from portal.approvals.evidence import evidence_of
from portal.approvals.messages import SILENT
from portal.approvals.models import AccessRequest, Review
from portal.approvals.moving import NotAllowedError, lock
from portal.approvals.policies import is_own, reviewer_actor, reviewers_only, submitted_request
from portal.approvals.questionnaire import questionnaire
from portal.approvals.scenarios.reading import standings
from portal.approvals.states import State

BESIDE = 12
"""So many requests of the queue stand beside the one that is read."""


@reviewers_only
@require_safe
def show(request: SignedInRequest, access_id: str) -> HttpResponse:
    """Show a request."""
    return _page(request, submitted_request(access_id))


@reviewers_only
@require_safe
def attachment(request: SignedInRequest, access_id: str, attachment_id: str) -> HttpResponse:
    """Give a file that stands in a submitted version; what is only in a draft is the developers' own."""
    access = submitted_request(access_id)
    found = access.attachments.filter(public_id=attachment_id).first()
    if found is None or not any(of_version(each).filter(pk=found.pk).exists() for each in access.versions.all()):
        raise Http404
    return download(found)


@reviewers_only
@require_POST
def claim(request: SignedInRequest, access_id: str) -> HttpResponseBase:
    """Take it, or put it back into the queue."""
    access = submitted_request(access_id)
    verb = reviewing.release if "release" in request.POST else reviewing.claim
    try:
        verb(by=reviewer_actor(request), request=access, reviewer=request.user)
    except NotAllowedError as exc:
        flash.error(request, str(exc))
    return redirect("review-request", access_id)


@reviewers_only
@require_POST
def write(request: SignedInRequest, access_id: str) -> HttpResponseBase:
    """Ask about one answer or scope, or write a message."""
    access, said = submitted_request(access_id), request.POST
    by, text, about = reviewer_actor(request), said.get("text", ""), said.get("about", "")
    try:
        if "ask" in said:
            messages.ask(by=by, request=access, reviewer=request.user, about=about, text=text)
        else:
            messages.say(by=by, request=access, author=request.user, side="reviewer", text=text, about=about)
    except NotAllowedError as exc:
        return _page(request, submitted_request(access_id), fault=str(exc), kept=True)
    flash.success(request, _("Sent. The developers get a mail."))
    return redirect("review-request", access_id)


@reviewers_only
@require_POST
@recently_authenticated
def decide(request: SignedInRequest, access_id: str) -> HttpResponseBase:
    """Approve, ask for changes, decline (after a page that asks whether it is meant), or save the checklist."""
    access = submitted_request(access_id)
    form = _form(request.user.pk, access, read(access), request.POST)
    action = request.POST.get("action", "")
    if action == forms.BACK:
        return _page(request, access, form=form)
    if action != forms.SAVE and not form.is_valid():
        fault = _("Nothing is decided yet: see what is missing below.")
        return _page(request, access, form=form, fault=fault, kept=True)
    message = request.POST.get("message", "")
    if action == forms.DECLINE and "confirmed" not in request.POST and message.strip():
        return _confirm(request, access, message)
    by, user = reviewer_actor(request), request.user
    ticks = request.POST.getlist("checklist")
    ticked = {key: True for key, _label in questionnaire().checklist if key in ticks}

    def act() -> str:
        reviewing.tick(by=by, request=access, reviewer=user, checklist=ticked)
        if action == forms.APPROVE:
            review = reviewing.approve(by=by, request=access, reviewer=user, terms=form.terms())
            return _("Proposed. A second reviewer must agree.") if review.proposed else _("Approved.")
        if action == forms.CHANGES:
            reviewing.ask_for_changes(by=by, request=access, reviewer=user, message=message)
            return _("Changes are asked for.")
        if action == forms.DECLINE:
            reviewing.decline(by=by, request=access, reviewer=user, message=message)
            return _("Declined.")
        return _("The checklist is saved.")

    return _do(request, access, act, form)


@reviewers_only
@require_POST
@recently_authenticated
def second(request: SignedInRequest, access_id: str) -> HttpResponseBase:
    """Agree to a proposal, give it back with a reason, or take back one's own."""
    access, by, user = submitted_request(access_id), reviewer_actor(request), request.user

    def act() -> str:
        if "agree" in request.POST:
            reviewing.agree(by=by, request=access, reviewer=user)
            return _("Approved.")
        if "disagree" in request.POST:
            reason = request.POST.get("reason", "")
            reviewing.disagree(by=by, request=access, reviewer=user, message=reason)
            return _("Given back. Whoever proposed it gets a mail.")
        reviewing.take_back(by=by, request=access, reviewer=user)
        return _("Taken back. Nothing is decided.")

    return _do(request, access, act, None)


def state_of(access: AccessRequest) -> str:
    """Return the state that a decision is about: another move, version, claim or proposal makes another one."""
    proposal = access.reviews.filter(proposed=True, undone_at=None).values_list("pk", flat=True).first()
    return f"{access.state}.{access.versions.count()}.{access.reviewer_id}.{proposal}"


def _do(
    request: SignedInRequest, access: AccessRequest, act: Callable[[], str], form: DecisionForm | None
) -> HttpResponseBase:
    """Act, if the request still is what the reader saw; the row stays locked in between."""
    try:
        with transaction.atomic():
            _require_unchanged(request, lock(access))
            done = act()
    except NotAllowedError as exc:
        return _page(request, submitted_request(access.public_id), form=form, fault=str(exc), kept=True)
    flash.success(request, done)
    if request.POST.get("action") == forms.SAVE:  # what else is written stays where it is
        return _page(request, submitted_request(access.public_id), form=form)
    return redirect("review-request", access.public_id)


def _require_unchanged(request: HttpRequest, locked: AccessRequest) -> None:
    if request.POST.get("seen", "") != state_of(locked):
        raise NotAllowedError(_("This request has changed since you opened it: nothing is decided. Read on."))


def _form(user_id: int, access: AccessRequest, reading: Reading, data: Any = None) -> DecisionForm:
    undone = Review.objects.filter(request=access, version=reading.number, proposed=True, reviewer_id=user_id)
    last = undone.exclude(undone_at=None).order_by("pk").last()
    seen = {name for name, item in reading.kept.scopes.items() if item.calls}
    return DecisionForm(data, reading=reading, last=last, seen=seen)


def _confirm(request: SignedInRequest, access: AccessRequest, message: str) -> HttpResponse:
    context = {"access": access, "message": message, "posted": request.POST, "area": "requests"}
    said = [(name, value) for name in request.POST for value in request.POST.getlist(name) if name != "action"]
    context["hidden"] = [each for each in said if each[0] != "csrfmiddlewaretoken"]
    return render(request, "review/decline.html", context)


def _page(
    request: SignedInRequest,
    access: AccessRequest,
    *,
    form: DecisionForm | None = None,
    fault: str = "",
    kept: bool = False,
) -> HttpResponse:
    """Show the request as it is now, with what was written into a form that did not go through."""
    reading, own, user = read(access), is_own(request.user, access), request.user
    decides = access.state == State.IN_REVIEW and access.reviewer_id == user.pk and not own and not reading.proposal
    form = _form(user.pk, access, reading, form.data if form else None) if decides else None
    context: dict[str, Any] = {
        "access": access,
        "application": access.application,
        "age": age(access),
        "reading": reading,
        "evidence": evidence_of(access.application, list(reading.version.scopes)),
        "calls_url": reverse("review-calls", args=[access.public_id]),
        "scenarios": standings(access.application),
        "own": own,
        "decides": decides,
        "may_claim": not own and _is_free(access),
        "may_release": not own and access.state == State.IN_REVIEW and access.reviewer_id is not None,
        "may_agree": not own and reading.proposal and user.pk not in (reading.proposal.reviewer_id, access.reviewer_id),
        "may_write": not own and access.state not in SILENT,
        "form": form,
        "checklist": _checklist(request, access, bool(form and form.is_bound)),
        "seen": state_of(access),
        "timeline": timeline(access, internal=not own),
        "earlier": earlier(access),
        "beside": _beside(request),
        "fault": fault,
        "kept": forms.typed(request.POST) if kept and not (form and "action" in request.POST) else [],
        "area": "requests",
    }
    return render(request, "review/request.html", context)


def _is_free(access: AccessRequest) -> bool:
    return access.state == State.SUBMITTED or (access.state == State.IN_REVIEW and access.reviewer_id is None)


def _checklist(request: HttpRequest, access: AccessRequest, posted: bool) -> list[tuple[str, str, bool]]:
    ticked = set(request.POST.getlist("checklist"))
    saved = {key for key, done in access.checklist.items() if done}
    return [(key, label, key in (ticked if posted else saved)) for key, label in questionnaire().checklist]


def _beside(request: SignedInRequest) -> list[AccessRequest]:
    found = list(in_order(requests_for(request.user).exclude(place__in=[Place.OVER, Place.OTHERS]))[:BESIDE])
    for one in found:
        one.age, one.heading = age(one), Place(one.place).label
    return found
