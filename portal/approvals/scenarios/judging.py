"""Judging a run: a pure function over the calls that the ledger has, in their order.

A scenario is a script that waits for one call after the other. It reads the calls once, from the first, and ends at
the first call that passes or fails it: what comes later, and when somebody looks, changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from portal.approvals.scenarios.models import RunState

NO_TRAPS: Final[Mapping[str, "Fits"]] = {}


@dataclass(frozen=True)
class Seen:
    """What the ledger knows of one call, as far as it is judged."""

    at: datetime
    request_id: str
    operation: str
    status: int
    error_code: str = ""
    patient: str = ""
    replay: bool = False
    duration_us: int = 0

    @property
    def answered_at(self) -> datetime:
        """Return when its answer left."""
        return self.at + timedelta(microseconds=self.duration_us)

    @property
    def succeeded(self) -> bool:
        """Say whether it was carried out."""
        return self.status < 400


Fits = Callable[[Seen], bool]
Script = Callable[["Watch"], None]


class OutOfCallsError(Exception):
    """The next call has not come yet."""


class TrappedError(Exception):
    """A call did what the scenario forbids."""

    def __init__(self, reason: str, call: Seen) -> None:
        super().__init__(reason)
        self.reason = reason
        self.call = call


class Watch:
    """The calls as they come, and the steps that they have done."""

    def __init__(self, calls: Iterable[Seen]) -> None:
        self._calls: Iterator[Seen] = iter(calls)
        self.done: list[tuple[str, Seen]] = []

    def wait(self, step: str, wanted: Fits, traps: Mapping[str, Fits] = NO_TRAPS) -> Seen:
        """Pass over calls until one does the step, and return it.

        :param traps: by the reason, what must not come before it.
        :raises TrappedError: where one of those comes first.
        :raises OutOfCallsError: where neither has come.
        """
        for call in self._calls:
            if wanted(call):
                self.done.append((step, call))
                return call
            for reason, forbidden in traps.items():
                if forbidden(call):
                    raise TrappedError(reason, call)
        raise OutOfCallsError


@dataclass(frozen=True)
class Judgement:
    """What the calls have come to. `reason` and `failed_by` where it failed."""

    state: RunState
    done: list[tuple[str, Seen]] = field(default_factory=list)
    reason: str = ""
    failed_by: Seen | None = None


def judge(script: Script, calls: Iterable[Seen]) -> Judgement:
    """Return what these calls, in their order, have come to: running, passed or failed."""
    watch = Watch(calls)
    try:
        script(watch)
    except OutOfCallsError:
        return Judgement(RunState.RUNNING, watch.done)
    except TrappedError as exc:
        return Judgement(RunState.FAILED, watch.done, exc.reason, exc.call)
    return Judgement(RunState.PASSED, watch.done)
