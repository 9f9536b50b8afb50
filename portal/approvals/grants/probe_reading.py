"""A probe as its page shows it: each call, how it was answered, and what to do where it failed."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from portal.approvals.grants.probe_calls import REFUSED, TOKEN
from portal.approvals.models import Grant, Probe

FAULTS: dict[str, tuple[Promise, Promise]] = {
    "unreachable": (
        _("The production API did not answer."),
        _("Run the probe again in a few minutes. If that fails too, tell us: it is on our side."),
    ),
    "busy": (
        _("The production API was busy or out of order."),
        _("Run the probe again in a few minutes. If that fails too, tell us: it is on our side."),
    ),
    "token_refused": (
        _("No token was given for this secret."),
        _("The client may be suspended, or the secret revoked meanwhile. Look at the credentials, then run it again."),
    ),
    "scopes_differ": (
        _("The token does not carry the scopes that were granted."),
        _("If the grant was changed a moment ago, run the probe again. Otherwise tell us."),
    ),
    "not_allowed": (
        _("A call that was granted was not answered as it should."),
        _("If the client was suspended or the grant changed meanwhile, run it again. Otherwise tell us the status."),
    ),
    "not_refused": (
        _("A call that was not granted was not refused."),
        _("Do not use this credential. Tell us: it is on our side."),
    ),
    "timed_out": (
        _("Nobody made the probe within 15 minutes."),
        _("Run it again. If that fails too, tell us: our worker may be out of order."),
    ),
    "sealed": (
        _("The secret could not be read any more."),
        _("Run the probe again."),
    ),
}
"""What happened, and what to do next."""


@dataclass(frozen=True)
class ShownStep:
    """One call as the page shows it."""

    said: str
    call: str
    status: int | None
    good: bool


@dataclass(frozen=True)
class ShownProbe:
    """A probe as the page shows it."""

    probe: Probe
    steps: list[ShownStep]

    @property
    def is_running(self) -> bool:
        """Say whether it has not ended."""
        return self.probe.finished_at is None

    @property
    def seen(self) -> str:
        """Return what changes whenever there is something new to show."""
        return f"{self.probe.pk}.{self.probe.attempts}.{len(self.steps)}.{self.probe.fault}.{self.probe.passed}"

    @property
    def what_happened(self) -> str:
        """Return the fault in words."""
        return str(FAULTS[self.probe.fault][0]) if self.probe.fault else ""

    @property
    def what_to_do(self) -> str:
        """Return what to do about the fault."""
        return str(FAULTS[self.probe.fault][1]) if self.probe.fault else ""


def newest_probe(grant: Grant | None) -> ShownProbe | None:
    """Return the last probe of a grant."""
    probe = grant.probes.order_by("-pk").first() if grant else None
    return ShownProbe(probe, [_shown(step) for step in probe.steps]) if probe else None


def _shown(step: dict[str, Any]) -> ShownStep:
    kind = step["kind"]
    if kind == TOKEN:
        said = say("A token with the scopes that were granted")
    elif kind == REFUSED:
        said = say("A call that was not granted is refused")
    else:
        said = say("A call with %(scope)s is let in") % {"scope": kind}
    return ShownStep(said, step["call"], step["status"], not step["fault"])
