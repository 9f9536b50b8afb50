"""The verbs: start a run, cancel it, and judge it."""

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.applications.models import Application, Client
from portal.applications.published import SANDBOX_CLIENT
from portal.applications.rehearsals import begin_rehearsal, end_rehearsal
from portal.approvals.moving import NotAllowedError
from portal.approvals.scenarios.catalogue import SCENARIOS, TIME_UP, Scenario
from portal.approvals.scenarios.judging import Judgement, Seen, judge
from portal.approvals.scenarios.models import RunState, ScenarioRun
from portal.approvals.scenarios.reading import calls_of
from portal.audit.actions import Actor, record_decision
from portal.edge.environments import SANDBOX

LONGEST: Final = timedelta(minutes=30)
LATE: Final = timedelta(seconds=10)
"""A call that arrived in time may be written down a little later."""
JUDGE: Final = Actor.system("conformance scenarios")


@transaction.atomic
def start_scenario(*, by: Actor, application: Application, scenario: Scenario, user: User | None) -> ScenarioRun:
    """Begin a run: calls of the application's sandbox client count from now on.

    :raises NotAllowedError: where one runs already, or the sandbox client cannot call.
    """
    # The client first, as whoever closes the app locks them: in another order the two would wait for each other.
    client = Client.objects.select_for_update().filter(application=application, environment=SANDBOX).first()
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if locked.closed_at is not None or client is None or client.suspended_at is not None:
        raise NotAllowedError(_("This app cannot call the sandbox: it is closed, or its client is suspended."))
    if client.client_id == SANDBOX_CLIENT.client_id:
        raise NotAllowedError(_("Everybody calls with the client of this app. Create an app of your own."))
    runs = ScenarioRun.objects.filter(application=locked, scenario=scenario.key)
    under_way = runs.filter(state=RunState.RUNNING).first()
    if under_way is not None and look(under_way).state == RunState.RUNNING:
        raise NotAllowedError(_("This scenario is running already. Go on with that run, or cancel it."))
    now = timezone.now()
    run = ScenarioRun.objects.create(
        application=locked,
        scenario=scenario.key,
        version=scenario.version,
        number=runs.count() + 1,
        started_at=now,
        started_by=user,
        started_by_label=by.label,
        ends_at=now + LONGEST,
    )
    record_decision(by=by, verb="approvals.start_scenario", **_about(run))
    if scenario.rehearses:
        begin_rehearsal(client=client, since=run.started_at, until=run.ends_at)
    return run


@transaction.atomic
def cancel_scenario(*, by: Actor, run: ScenarioRun) -> None:
    """End a run before it is judged. It stays in the list.

    :raises NotAllowedError: where it has ended already.
    """
    if not _end(run, state=RunState.CANCELLED):
        raise NotAllowedError(_("This run has ended already."))
    record_decision(by=by, verb="approvals.cancel_scenario", **_about(run))
    _let_pass(run)


def look(run: ScenarioRun) -> Judgement:
    """Judge a run by what the ledger has now, and write down what is final.

    For whoever opens the page, and for a task once the time is up; of two at once one writes.
    """
    found = judge(SCENARIOS[run.scenario].script, calls_of(run))
    if found.state == RunState.RUNNING:
        if timezone.now() < run.ends_at + LATE:
            return found
        found = Judgement(RunState.FAILED, found.done, TIME_UP)
    _keep(run, found)
    return found


@transaction.atomic
def _keep(run: ScenarioRun, found: Judgement) -> None:
    steps = [{"key": key, **_call(call)} for key, call in found.done]
    failed_by = _call(found.failed_by) if found.failed_by else {}
    if _end(run, state=found.state, steps=steps, reason=found.reason, failed_by=failed_by):
        passed = found.state == RunState.PASSED
        record_decision(
            by=JUDGE, verb="approvals.pass_scenario" if passed else "approvals.fail_scenario", **_about(run)
        )
        _let_pass(run)


def _end(run: ScenarioRun, **fields: Any) -> bool:
    """End the run, unless somebody else has."""
    fields["ended_at"] = timezone.now()
    ended = ScenarioRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(**fields)
    run.refresh_from_db(fields=[*fields, "state"])
    return bool(ended)


def _let_pass(run: ScenarioRun) -> None:
    """End the rehearsal that came with a run. Last in its transaction."""
    if SCENARIOS[run.scenario].rehearses:
        end_rehearsal(client=run.application.clients.get(environment=SANDBOX))


def _call(call: Seen) -> dict[str, str]:
    return {"at": call.at.isoformat(), "request_id": call.request_id}


def _about(run: ScenarioRun) -> dict[str, Any]:
    return {
        "object_type": "ScenarioRun",
        "object_id": run.public_id,
        "object_label": run.application.name,
        "organisation_id": run.application.organisation_id,
        "after": {"scenario": run.scenario, "number": run.number},
    }
