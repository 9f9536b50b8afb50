"""A whole request, as its reviewers read it: checked before it is submitted, looked up afterwards; and taken back."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.actors import actor
from portal.accounts.policies import May, SignedInRequest, may
from portal.approvals import actions
from portal.approvals.answer_checks.results import results_of
from portal.approvals.asking.steps import steps_of
from portal.approvals.moving import NotAllowedError
from portal.approvals.policies import request_for
from portal.approvals.questionnaire import topic
from portal.approvals.statements import Statement
from portal.approvals.states import EDITABLE, OPEN


@require_safe
def whole(request: SignedInRequest, application_id: str, access_id: str) -> HttpResponse:
    """Show everything that the request says, and, while it can be changed, what keeps it from being submitted."""
    access, application, membership = request_for(request, application_id, access_id, May.SEE)
    last = access.versions.order_by("-number").first()
    editable = access.state in EDITABLE
    # What was submitted is what reviewers read, even where the questions have changed since.
    statement = Statement.now(access) if editable or last is None else Statement.of(last)
    outcomes = {each.scope: each for each in access.scopes.all() if each.granted is not None}
    context = {
        "access": access,
        "application": application,
        "statement": statement,
        "scopes": [(name, reason, outcomes.get(name)) for name, reason in statement.reasons],
        "sensitive": settings.SENSITIVE_SCOPES,
        "editable": editable and may(membership, May.BUILD),
        "is_open": access.state in OPEN,
        "results": results_of(access),
        "versions": access.versions.order_by("-number"),
        "tab": "production",
        "area": "applications",
    }
    if editable:
        context["steps"] = steps = steps_of(access)
        context["lacks"] = [(step, label, anchor) for step in steps for label, anchor in step.missing]
        context["changes"] = statement.since(Statement.of(last)) if last else None
        questions = access.messages.filter(asks=True, answered_at=None).order_by("at")
        context["questions"] = [(each, topic(each.about)) for each in questions]
    return render(request, "production/whole.html", context)


@require_POST
def submit(request: SignedInRequest, application_id: str, access_id: str) -> HttpResponseBase:
    """Hand it to the reviewers."""
    access, application, _membership = request_for(request, application_id, access_id, May.BUILD)
    try:
        actions.submit(by=actor(request), request=access, user=request.user)
    except NotAllowedError as exc:
        messages.error(request, str(exc))
        return redirect("access-request", application.public_id, access.public_id)
    messages.success(request, _("Submitted. You get a mail whenever something happens."))
    return redirect("production-access", application.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, application_id: str, access_id: str) -> HttpResponseBase:
    """Take it back, after having been asked whether that is meant."""
    access, application, _membership = request_for(request, application_id, access_id, May.BUILD)
    if access.state not in OPEN:
        messages.error(request, _("This request is not open any more: there is nothing to take back."))
        return redirect("production-access", application.public_id)
    if request.method == "POST":
        try:
            actions.withdraw(by=actor(request), request=access)
        except NotAllowedError as exc:
            messages.error(request, str(exc))
        else:
            messages.success(request, _("Taken back. A new request begins with what this one says."))
        return redirect("production-access", application.public_id)
    context = {"access": access, "application": application, "tab": "production", "area": "applications"}
    return render(request, "production/withdraw.html", context)
