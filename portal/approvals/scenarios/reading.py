"""What is known of runs: the calls that count, and which scenarios an application has passed."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.applications.models import Application
from portal.approvals.scenarios.catalogue import ALL, SCENARIOS, Scenario
from portal.approvals.scenarios.judging import Seen
from portal.approvals.scenarios.models import RunState, ScenarioRun
from portal.audit.models import ApiCall
from portal.edge.environments import SANDBOX

MANY: frozenset[str] = frozenset({"resolvePatientBatch", "pushRecordBatch", "syncFacilities"})
"""Each item has a row here, and so has the call, after its items: that one says nothing of any item."""
COLUMNS = ("at", "request_id", "operation", "status", "error_code", "patient", "replay", "duration_us")


def calls_of(run: ScenarioRun) -> Iterator[Seen]:
    """Yield the calls that count in a run, in the order in which they came. One query.

    Those of the application in the sandbox, by its own client: not what a member tries in the console or
    the guides, and nothing from before the start or after the end.
    """
    rows = ApiCall.objects.filter(
        application_id=run.application_id, environment=SANDBOX, at__gte=run.started_at, at__lt=run.ends_at
    )
    rows = rows.exclude(credential__startswith="user:").exclude(operation="").order_by("at", "pk")
    previous: Seen | None = None
    for values in rows.values_list(*COLUMNS).iterator():
        call = Seen(*values)
        if previous is not None and not _only_holds_items(previous, call):
            yield previous
        previous = call
    if previous is not None and not _only_holds_items(previous, None):
        yield previous


def _only_holds_items(call: Seen, following: Seen | None) -> bool:
    """Say whether this is the row of a call with many items that was let in: its last row."""
    if call.operation not in MANY or not call.succeeded:
        return False
    return following is None or (call.at, call.request_id) != (following.at, following.request_id)


def passed(application_id: int) -> dict[str, ScenarioRun]:
    """Return the latest run that passed of each scenario as it stands now, by the scenario's key. One query."""
    runs = ScenarioRun.objects.filter(application_id=application_id, state=RunState.PASSED).order_by("number")
    return {run.scenario: run for run in runs if is_current(run)}


def is_current(run: ScenarioRun) -> bool:
    """Say whether the scenario still demands what it demanded when the run began."""
    scenario = SCENARIOS.get(run.scenario)
    return scenario is not None and scenario.version == run.version


@dataclass(frozen=True)
class Standing:
    """How far an application is with a scenario."""

    scenario: Scenario
    passed: ScenarioRun | None
    latest: ScenarioRun | None


def standings(application: Application) -> list[Standing]:
    """Return how far the application is with each of them, in their order. One query."""
    latest: dict[str, ScenarioRun] = {}
    good: dict[str, ScenarioRun] = {}
    for run in ScenarioRun.objects.filter(application=application).order_by("number"):
        latest[run.scenario] = run
        if run.state == RunState.PASSED and is_current(run):
            good[run.scenario] = run
    return [Standing(each, good.get(each.key), latest.get(each.key)) for each in ALL]
