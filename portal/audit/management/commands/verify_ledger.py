"""`manage.py verify_ledger`: is the ledger what was sealed?"""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.audit.ledgers import LEDGERS
from portal.audit.verifying import Anchor, Verified, verify

SHOWN = 100
EVERY = 5.0
"""Seconds between two lines that say how far it has come."""


class Command(BaseCommand):
    """Name every changed, missing or inserted row, and every altered or missing checkpoint."""

    help = (
        "Compare the ledger with its checkpoints; fails where they differ. It cannot tell that the newest checkpoints "
        "were removed together with their rows, unless you note the line it prints elsewhere and give it to --anchor."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--anchor`."""
        noted = "a checkpoint as an earlier run printed it, or the worker logged it"
        parser.add_argument("--anchor", action="append", default=[], help=noted)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Verify all ledgers."""
        try:
            anchors = [Anchor.read(text) for text in options["anchor"]]
        except ValueError as exc:
            raise CommandError("An anchor looks like calls:123:<64 hexadecimal digits>.") from exc
        if unknown := {anchor.ledger for anchor in anchors} - {ledger.name for ledger in LEDGERS}:
            raise CommandError(f"There is no ledger of this name: {', '.join(sorted(unknown))}.")
        faults = 0
        for ledger in LEDGERS:
            found = verify(ledger, anchors=anchors, report=self._report, progress=self._progress(ledger.name))
            faults += found.faults
            self._summarise(ledger.name, found)
        if faults:
            raise CommandError(f"The ledger is not what was sealed: {faults} faults.")

    def _report(self, fault: str) -> None:
        self._shown = getattr(self, "_shown", 0) + 1
        if self._shown <= SHOWN:
            self.stdout.write(fault)
        elif self._shown == SHOWN + 1:
            self.stdout.write("… and more, which are counted and not shown")

    def _progress(self, name: str) -> Any:
        started = said = time.monotonic()

        def say(found: Verified) -> None:
            nonlocal said
            now = time.monotonic()
            if now - said >= EVERY:
                said = now
                rate = f"{found.rows / (now - started):,.0f} a second"
                self.stderr.write(f"{name}: {found.checkpoints:,} checkpoints, {found.rows:,} rows ({rate})")

        return say

    def _summarise(self, name: str, found: Verified) -> None:
        pruned = f", {found.pruned:,} pruned before" if found.pruned else ""
        sealed = f"{found.rows:,} rows under {found.checkpoints:,} checkpoints{pruned}"
        self.stdout.write(f"{name}: {sealed}, {found.unsealed:,} newer ones not sealed yet")
        if found.newest:
            self.stdout.write(f"  newest checkpoint: {found.newest.anchor}")
