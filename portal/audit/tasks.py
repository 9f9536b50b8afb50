"""What the room does in the background: sealing what was written, deleting what is too old."""

import logging
from datetime import datetime, timedelta
from threading import Event

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.audit.checkpoints import FIRST_ID, digest_of, mac_of, pack, pruned_mac_of, seal_key
from portal.audit.ledgers import CALLS, LEDGERS, Ledger
from portal.audit.models import Checkpoint
from portal.audit.settled import settled_id
from portal.audit.verifying import faults_of

SPAN = 2_000
"""Rows to a checkpoint at most: what one transaction of `prune` deletes."""
PAUSE = 0.1
"""Seconds between two of those transactions, in which others write."""

logger = logging.getLogger(__name__)


def seal(stopping: Event | None = None) -> None:
    """Put checkpoints over all rows that none can still come before. If it is killed, the next run goes on."""
    for ledger in LEDGERS:
        newest = _seal(ledger, stopping or Event())
        if newest:  # the log lies outside the database: whoever cuts the ledger off cannot cut this off as well
            logger.info("sealed %s", newest.anchor)


def _seal(ledger: Ledger, stopping: Event) -> Checkpoint | None:
    """Return the newest checkpoint, where one was added."""
    settled = settled_id(ledger, stopping)
    if settled is None:
        logger.warning("%s are not sealed: a transaction that writes some is still open", ledger.name)
        return None
    added = None
    while not stopping.is_set():
        head = added or Checkpoint.objects.filter(ledger=ledger.name).order_by("-number").defer("marks").first()
        following = _next(ledger, head, settled)
        if following is None:
            break
        try:
            with transaction.atomic():
                following.save()
        except IntegrityError:  # another worker has put this number there, and goes on
            break
        added = following
    return added


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
