"""What follows what among an application's calls: refusals and what its program did next. Pure, each in one pass."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from portal.usage.kinds import AMBIGUOUS, CONFLICTS, LIMITED, RESOLVES, writes

LEAST_WAIT = timedelta(seconds=0.95)
"""The least that Retry-After says, a second, but for what clocks differ by."""


class Row(NamedTuple):
    """A row of the ledger, as far as it is looked at. The names are columns."""

    at: datetime
    request_id: str
    operation: str
    scope: str
    status: int
    error_code: str
    replay: bool
    duration_us: int

    @property
    def answered_at(self) -> datetime:
        """Return when its answer left."""
        return self.at + timedelta(microseconds=self.duration_us)


@dataclass(frozen=True)
class Met:
    """How often something was met and handled, and whether it was the last time."""

    seen: int
    handled: int
    last: bool

    @classmethod
    def of(cls, outcomes: Iterable[bool]) -> "Met":
        """Return the sum of these, the oldest first."""
        found = list(outcomes)
        return cls(len(found), sum(found), bool(found) and found[-1])


def is_ambiguous(row: Row) -> bool:
    """Say whether a resolve found several people."""
    return row.operation in RESOLVES and row.error_code in AMBIGUOUS


def is_conflict(row: Row) -> bool:
    """Say whether somebody else's state stood against it."""
    return row.error_code in CONFLICTS


def is_limited(row: Row) -> bool:
    """Say whether it was one call too many, or asked to be told so."""
    return row.status == 429 and row.error_code in LIMITED


def refused(rows: Sequence[Row], is_refusal: Callable[[Row], bool], within: timedelta) -> Met:
    """Return the refusals. Two in a row of one operation within this time are a blind repetition: neither is handled.

    The items of a batch are one call. A refusal after which nothing came is handled.
    """
    outcomes: list[bool] = []
    present: dict[str, _Request] = {}
    before: dict[str, _Request] = {}
    for row in rows:
        known = present.get(row.operation)
        if known is None or known.request_id != row.request_id:
            if known:
                before[row.operation] = known
            known = present[row.operation] = _Request(row.request_id, row.answered_at, {})
        if is_refusal(row):
            earlier = before.get(row.operation)
            soon = earlier is not None and row.at <= earlier.answered_at + within
            repeated = earlier.refusals.get(row.error_code, []) if earlier and soon else []
            for place in repeated:
                outcomes[place] = False
            known.refusals.setdefault(row.error_code, []).append(len(outcomes))
            outcomes.append(not repeated)
    return Met.of(outcomes)


class _Request(NamedTuple):
    """One call, with the places of its refusals among all, by their error code."""

    request_id: str
    answered_at: datetime
    refusals: dict[str, list[int]]


def mended(rows: Sequence[Row]) -> Met:
    """Return the calls that write and were refused with 422. Handled: the same operation succeeded afterwards."""
    succeeded: set[str] = set()
    outcomes: list[bool] = []
    for row in reversed(rows):
        if row.status == 422 and writes(row.operation):
            outcomes.append(row.operation in succeeded)
        elif row.status < 300:
            succeeded.add(row.operation)
    return Met.of(reversed(outcomes))


def backed_off(rows: Sequence[Row]) -> Met:
    """Return the calls that were one too many. Handled: nothing came for a second, and then it was let in again.

    Calls that arrived before the answer had left were under way. One after which nothing came is not handled yet.
    """
    return Met.of(_waited(rows, index) for index, row in enumerate(rows) if is_limited(row))


def _waited(rows: Sequence[Row], index: int) -> bool:
    answered = rows[index].answered_at
    for place in range(index + 1, len(rows)):
        after = rows[place]
        if after.at >= answered:
            return after.at >= answered + LEAST_WAIT and after.status != 429
    return False


@dataclass(frozen=True)
class Tokens:
    """How many were issued, how many calls were made with one, and how many were fetched too soon."""

    issued: int
    calls: int
    soon: int


def tokens(rows: Sequence[Row], lifetime: timedelta, unbound: Collection[str]) -> Tokens:
    """Return what became of the tokens. Too soon: the one before was good for more than half of its life.

    `unbound` are the operations that need no token.
    """
    issued = [row.at for row in rows if row.operation == "createToken" and row.status == 200]
    soon = sum(later - earlier < lifetime / 2 for earlier, later in pairwise(issued))
    return Tokens(len(issued), sum(bool(row.operation) and row.operation not in unbound for row in rows), soon)
