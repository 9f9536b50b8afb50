"""The probe: whether the credential of a grant gets a token, may what was granted, and nothing else.

A member starts it; a worker finds the row and makes the calls. A worker that is killed notes no end, and two minutes
later the probe is due again. What fails is tried again for a while, since a new secret is known everywhere only after
two seconds and a server may be restarting; after 15 minutes it is over in any case, and the secret is erased.
"""

import logging
from datetime import timedelta
from threading import Event
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.applications import secrets
from portal.applications.actions import is_live
from portal.approvals.grants import letters
from portal.approvals.grants.probe_calls import walk
from portal.approvals.grants.standing import lock_grant, require_standing
from portal.approvals.models import Grant, Probe
from portal.approvals.moving import NotAllowedError, record
from portal.audit.actions import Actor
from portal.sealing import SealedForeverError, seal, unseal

LIFETIME = timedelta(minutes=15)
LEASE = timedelta(minutes=2)
"""Longer than all calls of a probe may take."""
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=2)
PASSING = frozenset({"unreachable", "busy"})
"""What mends itself: tried for as long as the probe lives. Anything else is tried `ATTEMPTS` times."""
ATTEMPTS = 4
BY = Actor.system("probe")

logger = logging.getLogger(__name__)


@transaction.atomic
def start_probe(*, by: Actor, grant: Grant, secret: str) -> Probe:
    """Have it looked at whether the grant works with this secret.

    :raises NotAllowedError: where the secret does not work, a probe is under way, or the grant is over or unopened.
    """
    locked = lock_grant(grant)
    require_standing(locked)
    if locked.opened_at is None:
        raise NotAllowedError(_("Make the first secret first."))
    if locked.probes.filter(finished_at=None).exists():
        raise NotAllowedError(_("A probe is under way already. Wait for its end."))
    found = locked.client.secrets.filter(digest=secrets.digest(secret)).first()
    if found is None or not is_live(found):
        raise NotAllowedError(_("This is no secret of %(client)s that works.") % {"client": locked.client})
    probe = Probe.objects.create(
        grant=locked, sealed=seal(secret.encode()), last_four=found.last_four, started_by=by.label
    )
    record(by, "start_probe", locked.request, after={"last_four": found.last_four})
    return probe


def run_due(stopping: Event | None = None) -> int:
    """Make the probes that are due, each by one worker at a time; return how many."""
    made = 0
    while not (stopping and stopping.is_set()):
        probe = _take()
        if probe is None:
            break
        _run(probe)
        made += 1
    return made


def _take() -> Probe | None:
    """Return a probe that is nobody else's for the time of the lease."""
    while True:
        now = timezone.now()
        due = Probe.objects.filter(finished_at=None, due_at__lte=now).order_by("due_at", "pk").first()
        if due is None:
            return None
        mine = Probe.objects.filter(pk=due.pk, finished_at=None, due_at=due.due_at)
        if mine.update(due_at=now + LEASE, attempts=F("attempts") + 1):
            return Probe.objects.select_related("grant__client").get(pk=due.pk)


def _run(probe: Probe) -> None:
    if timezone.now() - probe.started_at >= LIFETIME:
        _finish(probe, probe.fault or "timed_out")
        return
    try:
        secret = unseal(probe.sealed).decode()
    except SealedForeverError:
        _finish(probe, "sealed")
        return
    client, fault = probe.grant.client, ""
    steps: list[dict[str, Any]] = []
    for step in walk(client.client_id, secret, client.scopes):
        steps.append(step.kept())
        fault = step.fault
        _mine(probe).update(steps=steps)  # the page shows them as they come
    if not fault or (fault not in PASSING and probe.attempts >= ATTEMPTS):
        _finish(probe, fault)
    else:
        pause = min(FIRST_PAUSE * 2 ** min(probe.attempts - 1, 10), LONGEST_PAUSE)
        _mine(probe).update(fault=fault, due_at=timezone.now() + pause)


def _mine(probe: Probe) -> Any:
    """Return the row, while nobody else has taken it because this took too long."""
    return Probe.objects.filter(pk=probe.pk, finished_at=None, due_at=probe.due_at)


@transaction.atomic
def _finish(probe: Probe, fault: str) -> None:
    """Note the end, erase the secret, and complete the grant where all went well."""
    locked = lock_grant(probe.grant)
    if not _mine(probe).update(finished_at=timezone.now(), passed=not fault, fault=fault, sealed=""):
        return
    standing = Grant.objects.filter(client=locked.client, ended_at=None).select_related("request__reviewer").first()
    if fault:
        logger.info("a probe ended with %s", fault)
        letters.to_builders(locked, "probe_failed", four=probe.last_four)
    elif standing is not None and standing.completed_at is None:
        standing.request.application, standing.client = locked.request.application, locked.client
        complete_grant(by=BY, grant=standing)


@transaction.atomic
def complete_grant(*, by: Actor, grant: Grant) -> None:
    """Note that the grant works, and tell its developers and its reviewer. Twice changes nothing."""
    locked = lock_grant(grant)
    if locked.completed_at is not None:
        return
    locked.completed_at = timezone.now()
    locked.save(update_fields=["completed_at"])
    record(by, "complete_grant", locked.request, after={"client": locked.client.client_id})
    letters.to_builders(locked, "completed")
    letters.to_reviewer(locked, "completed_review")
