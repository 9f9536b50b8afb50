"""A run as its page shows it: the same while it runs, from the ledger, and afterwards, from what was kept."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from portal.approvals.scenarios.actions import look
from portal.approvals.scenarios.catalogue import SCENARIOS, Scenario, Text
from portal.approvals.scenarios.models import RunState, ScenarioRun
from portal.usage.log import Place


@dataclass(frozen=True)
class CallLink:
    """A call, and where it stands in the request log."""

    at: datetime
    request_id: str

    @classmethod
    def kept(cls, values: Mapping[str, str]) -> Self:
        """Read what a run keeps of a call."""
        return cls(datetime.fromisoformat(values["at"]), values["request_id"])

    @property
    def place(self) -> str:
        """Return its place in the log."""
        return str(Place(self.at, self.request_id))


@dataclass(frozen=True)
class Step:
    """A step, and the call that did it. `is_next`: the run waits for this one."""

    text: Text
    call: CallLink | None
    is_next: bool


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    run: ScenarioRun
    scenario: Scenario
    steps: Sequence[Step]
    fault: Text
    failed_by: CallLink | None

    @property
    def is_running(self) -> bool:
        """Say whether it can still change."""
        return self.run.state == RunState.RUNNING

    @property
    def done(self) -> int:
        """Return how many steps are done."""
        return sum(step.call is not None for step in self.steps)

    @property
    def seen(self) -> str:
        """Return what is another text as soon as the page would show something else."""
        parts = [self.run.state, *(step.call.place for step in self.steps if step.call)]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def progress_of(run: ScenarioRun) -> Progress:
    """Return how far it is, having looked at the ledger where it runs."""
    scenario = SCENARIOS[run.scenario]
    if run.state == RunState.RUNNING:
        found = look(run)
        calls = {key: CallLink(call.at, call.request_id) for key, call in found.done}
    else:
        calls = {step["key"]: CallLink.kept(step) for step in run.steps}
    first_open = next((key for key in scenario.steps if key not in calls), "")
    running = run.state == RunState.RUNNING
    steps = [Step(text, calls.get(key), running and key == first_open) for key, text in scenario.steps.items()]
    failed_by = CallLink.kept(run.failed_by) if run.failed_by else None
    return Progress(run, scenario, steps, scenario.fault(run.reason) if run.reason else "", failed_by)
