"""One thing that the sandbox knows of an application, and all of them together. Kept as JSON, said by `words`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, Self
from urllib.parse import urlencode

from portal.approvals.evidence import words
from portal.approvals.scenarios.catalogue import ALL
from portal.approvals.thresholds import Thresholds
from portal.edge.environments import SANDBOX

DAYS: Final = 30
LOOKED_THROUGH: Final = 5_000
"""So many of the newest calls are looked through for what follows what. Everything else is counted whole."""
KINDS: Final = {
    "success_7": "faulty",
    "success_30": "faulty",
    "ambiguous": "ambiguous",
    "conflict": "conflict",
    "invalid": "invalid",
    "backoff": "limited",
    "replay": "replay",
    "tokens": "token",
}
"""The filter of the log that shows an item's calls."""


class Verdict(StrEnum):
    """What an item says. Nobody is kept from anything by it: reviewers read it."""

    MET = "met"
    WARN = "warn"
    UNMET = "unmet"


@dataclass(frozen=True)
class Item:
    """One thing: a verdict, and the numbers that it was made of (see `words` for each key).

    The calls are those `since` then, in UTC, and for what was kept those `until` it was.
    """

    key: str
    verdict: Verdict
    values: Mapping[str, Any]
    since: str = ""
    until: str = ""
    thresholds: Thresholds = field(default=Thresholds())

    @property
    def title(self) -> str:
        """Return what it is about."""
        return words.title(self.key)

    @property
    def figure(self) -> str:
        """Return the figure."""
        return words.figure(self.key, self.values)

    @property
    def how(self) -> str:
        """Return how it was computed, in one sentence or two."""
        return words.how(self.key, self.thresholds)

    @property
    def next(self) -> str:
        """Return what to do for it, empty where it is met."""
        return "" if self.is_met else words.next_step(self.key)

    @property
    def link(self) -> str:
        """Return what the link to its calls is called."""
        return words.link(self.key)

    @property
    def passed(self) -> list[tuple[str, datetime | None]]:
        """Return the scenarios that were asked for, each with when it was passed; of other items nothing."""
        passed, titles = self.values.get("passed", {}), {each.key: str(each.title) for each in ALL}
        return [
            (titles.get(key, key), datetime.fromisoformat(passed[key]) if passed.get(key) else None)
            for key in self.values.get("asked", ())
        ]

    @property
    def is_met(self) -> bool:
        """Say whether it is met."""
        return self.verdict == Verdict.MET

    @property
    def filters(self) -> str:
        """Return the filters with which the request log shows its calls; empty where there are none."""
        if not next((self.values[name] for name in ("faulty", "seen", "issued", "calls") if name in self.values), 0):
            return ""
        wanted = {"kind": KINDS.get(self.key, ""), "environment": SANDBOX, "since": self.since, "until": self.until}
        return urlencode({name: value for name, value in wanted.items() if value})


@dataclass(frozen=True)
class ScopeItem(Item):
    """What was called of the operations that a scope opens. `operations` and `of`: how many of how many."""

    scope: str = ""

    @property
    def title(self) -> str:
        """Return the scope."""
        return self.scope

    @property
    def next(self) -> str:
        """Return what to do for it, empty where it is met."""
        return words.more_calls(self.thresholds) if self.verdict == Verdict.WARN else super().next

    @property
    def calls(self) -> int:
        """Return how many calls there were."""
        return int(self.values["calls"])

    @property
    def last_seen(self) -> datetime | None:
        """Return when it was called last. Of calls further back than were looked through, the day is known."""
        return datetime.fromisoformat(self.values["last"]) if self.values["last"] else None

    @property
    def success(self) -> float | None:
        """Return the share that was not refused for a fault of the caller, in percent."""
        share: float | None = self.values["success"]
        return share

    @property
    def filters(self) -> str:
        """Return the filters with which the request log shows its calls."""
        return f"{urlencode({'scope': self.scope})}&{super().filters}" if self.calls else ""


@dataclass(frozen=True)
class Evidence:
    """All of it, as of `at`. `looked_back_to` is empty where every call in the window was looked through.

    `without_two_step` are the names of members, for the developers' side alone: it is not kept.
    """

    at: datetime
    since: datetime
    looked_back_to: datetime | None
    items: Sequence[Item]
    scopes: Mapping[str, ScopeItem]
    without_two_step: Sequence[str] = ()

    @cached_property
    def everything(self) -> list[Item]:
        """Return scopes and items."""
        return [*self.scopes.values(), *self.items]

    @property
    def missing(self) -> list[Item]:
        """Return what is not met, what is plainly missing first."""
        found = [each for each in self.everything if not each.is_met]
        return sorted(found, key=lambda each: each.verdict != Verdict.UNMET)

    @property
    def met(self) -> int:
        """Return how many are met."""
        return sum(each.is_met for each in self.everything)

    def as_json(self) -> dict[str, Any]:
        """Return what is kept."""
        return {
            "at": self.at.isoformat(),
            "since": self.since.isoformat(),
            "looked_back_to": self.looked_back_to and self.looked_back_to.isoformat(),
            "thresholds": asdict(self.items[0].thresholds),
            "items": [_as_json(each) for each in self.items],
            "scopes": {name: _as_json(each) for name, each in self.scopes.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return what was kept."""
        known = {each.name for each in fields(Thresholds)}
        same = {
            "until": kept["at"],
            "thresholds": Thresholds(**{name: each for name, each in kept["thresholds"].items() if name in known}),
        }
        items = [Item(**{**each, "verdict": Verdict(each["verdict"])}, **same) for each in kept["items"]]
        scopes = {
            name: ScopeItem(**{**each, "verdict": Verdict(each["verdict"])}, **same, scope=name)
            for name, each in kept["scopes"].items()
        }
        at, since = (datetime.fromisoformat(kept[name]) for name in ("at", "since"))
        looked = kept["looked_back_to"]
        return cls(at, since, datetime.fromisoformat(looked) if looked else None, items, scopes)


def _as_json(item: Item) -> dict[str, Any]:
    return {"key": item.key, "verdict": item.verdict, "values": dict(item.values), "since": item.since}
