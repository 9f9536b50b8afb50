"""The page of an application's checks, and running them again."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from limits import RateLimitItemPerHour

from portal.accounts.actors import actor
from portal.accounts.models import User
from portal.accounts.policies import May, SignedInRequest, may
from portal.applications.models import Application
from portal.applications.policies import application_for
from portal.approvals.answer_checks.asking import check_answers
from portal.approvals.answer_checks.domains import PATH, host_of, token_of
from portal.approvals.answer_checks.models import Kind
from portal.approvals.answer_checks.results import results_of
from portal.approvals.models import AccessRequest
from portal.approvals.moving import NotAllowedError
from portal.approvals.policies import reviewer_actor, reviewers_only, submitted_request
from portal.approvals.states import OPEN
from portal.audit.actions import Actor
from portal.limits import rates

RATE = RateLimitItemPerHour(60, namespace="answer-checks")
"""So often may the checks of one request be asked for, by both sides together."""
PAGE = 20


@require_safe
def index(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Show what is known of the answers of the application's latest request, and what came before."""
    application, membership = application_for(request, application_id, May.SEE)
    latest = _latest(application)
    context = {"application": application, "tab": "production", "access": latest}
    if latest is not None:
        results = results_of(latest)
        flat = [result for found in results.values() for result in found]
        earlier = latest.checks.exclude(done_at=None).order_by("-done_at", "-pk")
        hosts = {host_of(result.answer) for result in flat if result.kind == Kind.DOMAIN}
        context |= {
            "results": results,
            "waiting": sum(result.waits for result in flat),
            "may_run": may(membership, May.BUILD) and latest.state in OPEN and any(result.answer for result in flat),
            "token": token_of(application.organisation),
            "files": [f"https://{host}{PATH}" for host in sorted(filter(None, hosts))],
            "page": Paginator(earlier, PAGE).get_page(request.GET.get("page")),
        }
    return render(request, "answer_checks/index.html", context)


@require_safe
def progress(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Return how many checks run, for the page while it is open; 204 where it has seen that."""
    application, _membership = application_for(request, application_id, May.SEE)
    latest = _latest(application)
    waiting = latest.checks.filter(done_at=None).count() if latest else 0
    if request.GET.get("seen") == str(waiting):
        return HttpResponse(status=204)
    return render(request, "answer_checks/progress.html", {"waiting": waiting})


@require_POST
def run(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Have all answers checked, or those that the form names."""
    application, _membership = application_for(request, application_id, May.BUILD)
    latest = _latest(application)
    if latest is not None:
        _have_checked(request, actor(request), latest)
    return redirect("access-checks", application_id)


@reviewers_only
@require_POST
def run_at_the_desk(request: SignedInRequest, access_id: str) -> HttpResponseBase:
    """Let a reviewer have the answers checked again."""
    access = submitted_request(access_id)
    _have_checked(request, reviewer_actor(request), access, reviewer=request.user)
    return redirect("review-request", access_id)


def _have_checked(request: HttpRequest, by: Actor, access: AccessRequest, reviewer: User | None = None) -> None:
    """Ask for the checks that the form names (`check`, any number of times; none means all), and say how it went."""
    if wait := rates.seconds_to_wait(RATE, str(access.pk)):
        minutes = -(-wait // 60)
        text = ngettext(
            "That was often enough for now. Run the checks again in %(minutes)s minute.",
            "That was often enough for now. Run the checks again in %(minutes)s minutes.",
            minutes,
        )
        messages.error(request, text % {"minutes": minutes})
        return
    try:
        number = check_answers(by=by, request=access, reviewer=reviewer, only=request.POST.getlist("check"))
    except NotAllowedError as exc:
        messages.error(request, str(exc))
        return
    text = ngettext(
        "%(number)s check runs. Look again in a moment.", "%(number)s checks run. Look again in a moment.", number
    )
    messages.success(request, text % {"number": number})


def _latest(application: Application) -> AccessRequest | None:
    """Return the request that is open, else the one that was made last."""
    found = application.access_requests.order_by("-pk").first()
    if found is not None:
        found.application = application
    return found
