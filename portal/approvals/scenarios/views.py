"""Pages of the scenarios: all of them, one of them with its runs, and one run."""

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.actors import actor
from portal.accounts.policies import May, SignedInRequest, may
from portal.applications.models import Application
from portal.applications.policies import application_for
from portal.approvals.moving import NotAllowedError
from portal.approvals.scenarios import actions
from portal.approvals.scenarios.catalogue import SCENARIOS, Scenario
from portal.approvals.scenarios.models import RunState, ScenarioRun
from portal.approvals.scenarios.progress import progress_of
from portal.approvals.scenarios.reading import standings

PAGE = 20


@require_safe
def index(request: SignedInRequest, application_id: str) -> HttpResponse:
    """List the scenarios and how far the application is with each."""
    application, _membership = application_for(request, application_id, May.SEE)
    context = {"standings": standings(application), **_head(application)}
    return render(request, "scenarios/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def scenario(request: SignedInRequest, application_id: str, scenario: str) -> HttpResponse:
    """Say what a scenario demands, list its runs, and start one."""
    what = May.BUILD if request.method == "POST" else May.SEE
    application, membership = application_for(request, application_id, what)
    found = _scenario(scenario)
    if request.method == "POST":
        return _start(request, application, found)
    runs = application.scenario_runs.filter(scenario=found.key).order_by("-number")
    context = {
        "scenario": found,
        "page": Paginator(runs, PAGE).get_page(request.GET.get("page")),
        "under_way": runs.filter(state=RunState.RUNNING).first(),
        "may_build": may(membership, May.BUILD),
        **_head(application),
    }
    return render(request, "scenarios/scenario.html", context)


def _start(request: SignedInRequest, application: Application, found: Scenario) -> HttpResponse:
    try:
        run = actions.start_scenario(by=actor(request), application=application, scenario=found, user=request.user)
    except NotAllowedError as exc:
        messages.error(request, str(exc))
        return redirect("scenario", application.public_id, found.key)
    return redirect("scenario-run", application.public_id, found.key, run.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def run(request: SignedInRequest, application_id: str, scenario: str, run_id: str) -> HttpResponse:
    """Show a run, live while it is under way, and cancel it."""
    what = May.BUILD if request.method == "POST" else May.SEE
    application, membership = application_for(request, application_id, what)
    found = _run(application, scenario, run_id)
    if request.method == "POST":
        try:
            actions.cancel_scenario(by=actor(request), run=found)
        except NotAllowedError as exc:
            messages.error(request, str(exc))
        else:
            messages.success(request, _("The run is cancelled."))
        return redirect(request.path)
    shown = progress_of(found)
    values = shown.scenario.values(found)
    context = {
        "progress": shown,
        "values": values,
        "body": json.dumps(dict(values), ensure_ascii=False, indent=2),
        "may_build": may(membership, May.BUILD),
        **_head(application),
    }
    return render(request, "scenarios/run.html", context)


@require_safe
def progress(request: SignedInRequest, application_id: str, scenario: str, run_id: str) -> HttpResponse:
    """Return how far a run is for the script of its page, or 204 where it knows that already (`seen`)."""
    application, _membership = application_for(request, application_id, May.SEE)
    shown = progress_of(_run(application, scenario, run_id))
    if shown.seen == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "scenarios/progress.html", {"application": application, "progress": shown})


def _scenario(key: str) -> Scenario:
    if key not in SCENARIOS:
        raise Http404
    return SCENARIOS[key]


def _run(application: Application, key: str, run_id: str) -> ScenarioRun:
    found: ScenarioRun | None = application.scenario_runs.filter(scenario=_scenario(key).key, public_id=run_id).first()
    if found is None:
        raise Http404
    found.application = application
    return found


def _head(application: Application) -> dict[str, object]:
    return {"application": application, "tab": "production", "area": "applications"}
