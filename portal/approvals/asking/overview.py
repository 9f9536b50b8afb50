"""Where production access stands: the newest request, what is granted, and earlier requests."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.actors import actor
from portal.accounts.policies import May, SignedInRequest, may
from portal.applications.policies import application_for
from portal.applications.scopes import SCOPES, available
from portal.approvals import actions
from portal.approvals.asking.steps import steps_of
from portal.approvals.evidence import evidence_of
from portal.approvals.models import AccessRequest, Grant
from portal.approvals.moving import NotAllowedError
from portal.approvals.questionnaire import topic
from portal.approvals.states import EDITABLE, GRANTED, MOVES, OPEN, WAITING
from portal.audit.models import Decision
from portal.audit.sentences import sentence
from portal.edge.environments import PRODUCTION

PAGE = 10
STEPS_SHOWN = 12
SHOWN = ("approvals.start_request", *(f"approvals.{each.verb}" for each in MOVES))
"""What is told of a request's way: the moves, and not each time that a draft was saved."""


@require_safe
def overview(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Say where it stands and what comes next."""
    application, membership = application_for(request, application_id, May.SEE)
    requests = application.access_requests.select_related("reviewer").order_by("-pk")
    current = requests.first()
    earlier = requests.exclude(pk=current.pk) if current else requests.none()
    context = {
        "application": application,
        "current": current,
        "may_build": may(membership, May.BUILD),
        "standing": Grant.objects.filter(request__application=application, ended_at=None).first(),
        "page": Paginator(earlier.prefetch_related("scopes"), PAGE).get_page(request.GET.get("page")),
        "scopes": [SCOPES[name] for name in available(PRODUCTION)],
        "sensitive": settings.SENSITIVE_SCOPES,
        "target_days": settings.REVIEW_TARGET_DAYS,
        "tab": "production",
        "area": "applications",
    }
    if current:
        current.application = application
        context |= _about(current)
    return render(request, "production/overview.html", context)


def _about(access: AccessRequest) -> dict[str, object]:
    """Return what the page says of the newest request in its present state."""
    found: dict[str, object] = {
        "panel": f"production/panel_{_panel(access)}.html",
        "is_open": access.state in OPEN,
        "history": [(row, sentence(row)) for row in _history(access)],
    }
    if access.state in EDITABLE:
        found["steps"] = steps = steps_of(access)
        whole = reverse("access-request", args=[access.application.public_id, access.public_id])
        found["go_on"] = next((each.url for each in steps if each.missing), whole)
        found["evidence"] = evidence_of(access.application, _wanted(access))
        found["calls_url"] = reverse("log", args=[access.application.public_id])
        questions = access.messages.filter(asks=True, answered_at=None).order_by("at")
        found["questions"] = [(each, topic(each.about)) for each in questions]
        found["expires_on"] = (access.state_since + timedelta(days=settings.ANSWER_DAYS)).date()
    if access.state in WAITING and access.submitted_at:
        found["due"] = (access.submitted_at + timedelta(days=settings.REVIEW_TARGET_DAYS)).date()
        found["late"] = found["due"] < timezone.now().date()  # type: ignore[operator]
    if access.submitted_at and access.state not in WAITING:
        found["review"] = access.reviews.filter(proposed=False).order_by("-pk").first()
        found["asked"] = list(access.scopes.order_by("pk"))
        found["grant"] = Grant.objects.filter(request=access).first()
    return found


def _wanted(access: AccessRequest) -> list[str]:
    return [each.scope for each in access.scopes.all()] or list(available(PRODUCTION))


def _panel(access: AccessRequest) -> str:
    if access.state in WAITING:
        return "waiting"
    return "granted" if access.state in GRANTED else access.state


def _history(access: AccessRequest) -> list[Decision]:
    rows = Decision.objects.filter(
        object_type="AccessRequest",
        object_id=access.public_id,
        verb__in=SHOWN,
        organisation_id=access.application.organisation_id,
    )
    return list(rows.order_by("-pk")[:STEPS_SHOWN])


@require_POST
def ask(request: SignedInRequest, application_id: str) -> HttpResponseBase:
    """Begin a request, filled in with what the application last asked for."""
    application, _membership = application_for(request, application_id, May.BUILD)
    try:
        access = actions.start_request(by=actor(request), application=application, user=request.user)
    except NotAllowedError as exc:
        messages.error(request, str(exc))
        return redirect("production-access", application.public_id)
    return redirect("access-scopes", application.public_id, access.public_id)
