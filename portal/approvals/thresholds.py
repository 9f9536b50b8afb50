"""From where on the sandbox's evidence counts as met: the table [evidence] of the questionnaire's file."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


class ThresholdError(ValueError):
    """The table cannot be used; the message says why."""


@dataclass(frozen=True)
class Thresholds:
    """All of them, with what holds where the file says nothing."""

    calls: int = 50
    """So many calls of the sandbox in the window."""
    scope_calls: int = 10
    """So many successful calls of what a scope opens; one of them must write, where the scope lets write."""
    success_percent: int = 90
    """So many of a hundred calls must not be refused for a fault of the caller."""
    calls_per_token: int = 5
    """So many calls for each token that was fetched while another was good for more than half of its life."""
    repeat_seconds: int = 5
    """A call that gets the same refusal again within this time repeats it blindly."""
    secret_days: int = 180
    """So old the oldest secret may be."""


def read(table: Mapping[str, Any]) -> Thresholds:
    """Return the thresholds of the table.

    :raises ThresholdError: where it has an unknown name, or a number that is none.
    """
    known = {each.name for each in fields(Thresholds)}
    if unknown := set(table) - known:
        raise ThresholdError(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    if wrong := sorted(name for name, value in table.items() if type(value) is not int or value < 1):
        raise ThresholdError(f"must be a whole number, 1 or more: {', '.join(wrong)}")
    if table.get("success_percent", 1) > 100:
        raise ThresholdError("success_percent is a share of a hundred")
    return Thresholds(**table)
