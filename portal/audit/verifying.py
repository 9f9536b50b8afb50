"""Looking whether the ledger is what was sealed. Reads span by span, so its memory does not grow with the ledger."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import Error
from django.utils import timezone

from portal.audit.checkpoints import FIRST_ID, digest_of, mac_of, pack, pruned_mac_of, same, seal_key, unpack
from portal.audit.ledgers import Ledger
from portal.audit.models import AppendOnlyQuerySet, Checkpoint

READ = 20
"""Checkpoints that are read at a time."""
LATE = timedelta(hours=1)
"""After that rows must be sealed, which a worker does once a minute."""


@dataclass(frozen=True)
class Anchor:
    """A checkpoint as it was noted outside the database: `<ledger>:<number>:<hash>`."""

    ledger: str
    number: int
    mac: str

    @classmethod
    def read(cls, text: str) -> "Anchor":
        """Return the anchor that the text means.

        :raises ValueError: where it means none.
        """
        ledger, number, mac = text.strip().split(":")
        return cls(ledger, int(number), mac)


@dataclass
class Verified:
    """What was found in a ledger."""

    rows: int = 0
    checkpoints: int = 0
    pruned: int = 0
    unsealed: int = 0
    newest: Checkpoint | None = None
    faults: int = 0
    anchors: dict[int, list[Anchor]] = field(default_factory=dict)
    """Those that no checkpoint was found for yet, by its number."""


def verify(
    ledger: Ledger,
    *,
    anchors: Iterable[Anchor] = (),
    worked_on: bool = True,
    report: Callable[[str], object],
    progress: Callable[[Verified], object] = lambda _: None,
) -> Verified:
    """Compare the ledger with its checkpoints; call `report` with a sentence for each fault.

    :param worked_on: whether a worker runs, so that it is a fault if rows wait for one for too long.
    """
    found = Verified()
    for anchor in anchors:
        if anchor.ledger == ledger.name:
            found.anchors.setdefault(anchor.number, []).append(anchor)
    for fault in _faults(ledger, found, progress, worked_on=worked_on):
        found.faults += 1
        report(f"{ledger.name}: {fault}")
    return found


def _faults(
    ledger: Ledger, found: Verified, progress: Callable[[Verified], object], *, worked_on: bool
) -> Iterator[str]:
    previous: Checkpoint | None = None
    try:
        for checkpoint in _checkpoints(ledger):
            yield from _link(previous, checkpoint)
            yield from _anchored(found, checkpoint)
            yield from _confirmed(ledger, checkpoint)
            previous = found.newest = checkpoint
            found.checkpoints += 1
            found.rows += 0 if checkpoint.pruned else checkpoint.rows
            found.pruned += checkpoint.rows if checkpoint.pruned else 0
            progress(found)
    except (Error, AttributeError, TypeError, ValueError) as exc:
        after = f"after checkpoint {previous.number}" if previous else "at the beginning"
        yield f"something {after} cannot be read ({type(exc).__name__}); what follows was not looked at"
        return
    for number in found.anchors:
        yield f"checkpoint {number} was noted outside and is missing: the ledger was cut off, or is an older one"
    found.unsealed = _unsealed(ledger, found).count()
    if worked_on:
        yield from _late(ledger, found)


def _late(ledger: Ledger, found: Verified) -> Iterator[str]:
    limit = timezone.now() - LATE
    if found.newest and found.newest.sealed_at >= limit:
        return
    if _unsealed(ledger, found).filter(at__lt=limit).exists():
        yield "rows have not been sealed for over an hour: is a worker running, and what does its log say?"


def _unsealed(ledger: Ledger, found: Verified) -> AppendOnlyQuerySet:
    return ledger.model.objects.filter(pk__gt=found.newest.last_id if found.newest else FIRST_ID)


def _checkpoints(ledger: Ledger) -> Iterator[Checkpoint]:
    number = -1
    while some := list(Checkpoint.objects.filter(ledger=ledger.name, number__gt=number).order_by("number")[:READ]):
        yield from some
        number = some[-1].number


def _link(previous: Checkpoint | None, checkpoint: Checkpoint) -> Iterator[str]:
    """Yield how a checkpoint does not follow the one before."""
    number, first_id = (previous.number, previous.last_id + 1) if previous else (0, FIRST_ID)
    if checkpoint.number != number + 1:
        rows = _numbers("row", first_id, checkpoint.first_id - 1)
        yield f"{_numbers('checkpoint', number + 1, checkpoint.number - 1)} missing; {rows} not looked at"
    elif checkpoint.first_id != first_id or not same(checkpoint.previous, previous.mac if previous else ""):
        yield f"checkpoint {checkpoint.number} does not follow the one before"


def _anchored(found: Verified, checkpoint: Checkpoint) -> Iterator[str]:
    for anchor in found.anchors.pop(checkpoint.number, ()):
        if not same(anchor.mac, checkpoint.mac):
            yield f"checkpoint {checkpoint.number} is not the one that was noted outside"


def _confirmed(ledger: Ledger, checkpoint: Checkpoint) -> list[str]:
    """Return the faults of a span. It may have been pruned while it was read: then it is looked at again."""
    faults = list(faults_of(ledger, checkpoint))
    if faults and not checkpoint.pruned:
        checkpoint.refresh_from_db()
        if checkpoint.pruned:
            return list(faults_of(ledger, checkpoint))
    return faults


def faults_of(ledger: Ledger, checkpoint: Checkpoint) -> Iterator[str]:
    """Yield what is wrong with a checkpoint and the rows of its span."""
    name = f"checkpoint {checkpoint.number}"
    rows = _numbers("row", checkpoint.first_id, checkpoint.last_id)
    if not same(checkpoint.mac, mac_of(checkpoint)):
        yield f"{name} is not what was sealed (or LEDGER_KEY is another one); {rows} not looked at"
    elif checkpoint.pruned:
        yield from _faults_of_pruned(ledger, checkpoint)
    elif digest_of(bytes(checkpoint.marks)) != checkpoint.marks_digest:
        yield f"the marks of {name} are not what was sealed; {rows} not looked at"
    else:
        yield from _faults_of_rows(ledger, checkpoint)


def _faults_of_pruned(ledger: Ledger, checkpoint: Checkpoint) -> Iterator[str]:
    if not same(checkpoint.pruned, pruned_mac_of(checkpoint)):
        yield f"checkpoint {checkpoint.number} says that its rows were pruned, and they were not"
    back = ledger.model.objects.filter(pk__range=(checkpoint.first_id, checkpoint.last_id)).order_by("pk")
    for first, last in _runs(back.values_list("pk", flat=True)):
        yield f"{_numbers('row', first, last)} inserted (checkpoint {checkpoint.number}, whose rows were pruned)"


def _faults_of_rows(ledger: Ledger, checkpoint: Checkpoint) -> Iterator[str]:
    present = list(ledger.digests(seal_key(), checkpoint.first_id, checkpoint.last_id))
    if pack(present) == checkpoint.marks:
        return
    sealed, there = dict(unpack(bytes(checkpoint.marks))), dict(present)
    ids = {
        "changed": [row_id for row_id, digest in there.items() if sealed.get(row_id, digest) != digest],
        "missing": [row_id for row_id in sealed if row_id not in there],
        "inserted": [row_id for row_id in there if row_id not in sealed],
    }
    for what, found in ids.items():
        for first, last in _runs(found):
            yield f"{_numbers('row', first, last)} {what} (checkpoint {checkpoint.number})"


def _runs(ids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each run of ids that follow each other."""
    first = last = None
    for one in ids:
        if last is not None and one == last + 1:
            last = one
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = one
    if first is not None and last is not None:
        yield first, last


def _numbers(what: str, first: int, last: int) -> str:
    if first == last:
        return f"{what} {first} is"
    return f"{what}s {first} to {last} are" if first != FIRST_ID else f"{what}s up to {last} are"
