"""What a check finds."""

from dataclasses import dataclass, field
from typing import Any

from portal.approvals.answer_checks.models import Outcome


@dataclass(frozen=True)
class Finding:
    """Pass, Warn or Fail, the reason, and what to do. The words are English, and translated when shown."""

    outcome: Outcome
    reason: str
    advice: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def passed(reason: str, **details: Any) -> Finding:
    """Return that what can be known is as it should be."""
    return Finding(Outcome.PASS, reason, details=details)


def warned(reason: str, advice: str, **details: Any) -> Finding:
    """Return that a person must look."""
    return Finding(Outcome.WARN, reason, advice, details)


def failed(reason: str, advice: str, **details: Any) -> Finding:
    """Return that it is not as it must be."""
    return Finding(Outcome.FAIL, reason, advice, details)
