"""What the room does in the background: sealing what was written, deleting what is too old."""

import logging
from datetime import datetime, timedelta
from threading import Event

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.audit.checkpoints import FIRST_ID, digest_of, mac_of, pack, pruned_mac_of, same, seal_key
from portal.audit.ledgers import CALLS, LEDGERS, Ledger
from portal.audit.models import Checkpoint
from portal.audit.settled import settled_id
from portal.audit.verifying import faults_of

SPAN = 2_000
"""Rows to a checkpoint at most: what one transaction of `prune` deletes."""
PAUSE = 0.1
"""Seconds between two of those transactions, in which others write."""

logger = logging.getLogger(__name__)
_seen: dict[str, tuple[int, str]] = {}
"""Number and hash of the newest checkpoint that this process saw in each ledger: what is there stays there."""


def seal(stopping: Event | None = None) -> None:
    """Put checkpoints over all rows that none can still come before. If it is killed, the next run goes on.

    A ledger that cannot be sealed stops no other; what it failed with is raised in the end.
    """
    failed: Exception | None = None
    for ledger in LEDGERS:
        try:
            newest = _seal(ledger, stopping or Event())
        except Exception as exc:  # noqa: BLE001 - the other ledger goes on, and this is raised in the end
            logger.warning("%s cannot be sealed (%s)", ledger.name, type(exc).__name__)
            failed = exc
            continue
        if newest:  # the log lies outside the database: whoever cuts the ledger off cannot cut this off as well
            logger.info("sealed %s", newest.anchor)
    if failed:
        raise failed


def _seal(ledger: Ledger, stopping: Event) -> Checkpoint | None:
    """Return the newest checkpoint, where one was added."""
    head = Checkpoint.objects.filter(ledger=ledger.name).order_by("-number").defer("marks").first()
    if not _continues(ledger, head):
        return None
    settled = settled_id(ledger, stopping)
    if settled is None:
        logger.warning("%s are not sealed: a transaction that writes some is still open", ledger.name)
        return None
    added = None
    while not stopping.is_set():
        following = _next(ledger, head, settled)
        if following is None:
            break
        try:
            with transaction.atomic():
                following.save()
        except IntegrityError:  # another worker has put this number there, and goes on
            break
        added = head = following
        _seen[ledger.name] = (head.number, head.mac)
    return added


def _continues(ledger: Ledger, head: Checkpoint | None) -> bool:
    """Say whether the chain is the one that this process knows, under our key. If not, more would only hide that."""
    if seen := _seen.get(ledger.name):
        number, mac = seen
        if not Checkpoint.objects.filter(ledger=ledger.name, number=number, mac=mac).exists():
            logger.error("%s are not sealed: checkpoint %s:%d:%s is gone", ledger.name, ledger.name, number, mac)
            return False
    if head is None:
        return True
    if not same(head.mac, mac_of(head)):
        said = "%s are not sealed: checkpoint %d is not of this LEDGER_KEY, or was altered"
        logger.error(said, ledger.name, head.number)
        return False
    _seen[ledger.name] = (head.number, head.mac)
    return True


def _next(ledger: Ledger, head: Checkpoint | None, settled: int) -> Checkpoint | None:
    """Return the unsaved checkpoint over the next rows, if there are any."""
    first_id = head.last_id + 1 if head else FIRST_ID
    digests = list(ledger.digests(seal_key(), first_id, settled, limit=SPAN))
    if not digests:
        return None
    marks = pack(digests)
    checkpoint = Checkpoint(
        ledger=ledger.name,
        number=head.number + 1 if head else 1,
        first_id=first_id,
        last_id=digests[-1][0],
        rows=len(digests),
        sealed_at=timezone.now(),
        previous=head.mac if head else "",
        marks_digest=digest_of(marks),
        marks=marks,
    )
    checkpoint.mac = mac_of(checkpoint)
    return checkpoint


def prune(stopping: Event | None = None) -> int:
    """Delete calls that were sealed longer ago than LEDGER_RETENTION, span by span, and return how many.

    The checkpoints stay and say so. A span that does not verify is kept, and with it all that came later: deleting it
    would delete the proof.
    """
    stopping = stopping or Event()
    before, deleted = timezone.now() - timedelta(days=settings.LEDGER_RETENTION), 0
    while not stopping.is_set():
        gone = _prune_oldest(CALLS, before)
        if gone is None:
            break
        deleted += gone
        stopping.wait(PAUSE)
    return deleted


@transaction.atomic
def _prune_oldest(ledger: Ledger, before: datetime) -> int | None:
    """Delete the rows of the oldest span that has some, if its time is over; return how many."""
    kept = Checkpoint.objects.select_for_update().filter(ledger=ledger.name, pruned="")
    oldest = kept.order_by("number").first()
    if oldest is None or oldest.sealed_at >= before:
        return None
    if next(faults_of(ledger, oldest), None):
        logger.error("%s are kept from %s on: run manage.py verify_ledger", ledger.name, oldest.anchor)
        return None
    # Past the models, which refuse: this is the one place that deletes.
    QuerySet(ledger.model).filter(pk__range=(oldest.first_id, oldest.last_id)).delete()
    QuerySet(Checkpoint).filter(pk=oldest.pk).update(marks=b"", pruned=pruned_mac_of(oldest))
    rows: int = oldest.rows
    return rows
