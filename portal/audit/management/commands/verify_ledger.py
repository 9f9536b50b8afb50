"""`manage.py verify_ledger`: is the ledger what was sealed?"""

import time
from pathlib import Path
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
        "Compare the ledger with its checkpoints; fails where they differ. It cannot tell that checkpoints were "
        "removed, and made again over other rows, unless you keep what it prints outside the database: see --anchors."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add where anchors come from, and what kind of database this is."""
        noted = "a checkpoint as an earlier run printed it, or the worker logged it"
        parser.add_argument("--anchor", action="append", default=[], help=noted)
        kept = "a file outside the database: its lines are anchors to check, and the newest are added if all is well"
        parser.add_argument("--anchors", type=Path, metavar="FILE", help=kept)
        copy = "no worker runs, as on a copy: rows that have waited for one for over an hour are no fault"
        parser.add_argument("--no-worker", action="store_true", help=copy)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Verify all ledgers."""
        file: Path | None = options["anchors"]
        try:
            noted = self._noted(file) if file else []
            anchors = [Anchor.read(text) for text in (*options["anchor"], *noted)]
        except ValueError as exc:
            raise CommandError("An anchor looks like calls:123:<64 hexadecimal digits>.") from exc
        if unknown := {anchor.ledger for anchor in anchors} - {ledger.name for ledger in LEDGERS}:
            raise CommandError(f"There is no ledger of this name: {', '.join(sorted(unknown))}.")
        faults, newest = 0, []
        for ledger in LEDGERS:
            found = verify(
                ledger,
                anchors=anchors,
                worked_on=not options["no_worker"],
                report=self._report,
                progress=self._progress(ledger.name),
            )
            faults += found.faults
            newest += [found.newest.anchor] if found.newest else []
            self._summarise(ledger.name, found)
        if faults:
            raise CommandError(f"The ledger is not what was sealed, or not sealed: {faults} faults.")
        if file:
            _note(file, [anchor for anchor in newest if anchor not in noted])

    def _noted(self, file: Path) -> list[str]:
        try:
            return [line.strip() for line in file.read_text().splitlines() if line.strip()]
        except FileNotFoundError:
            self.stdout.write(f"{file} is not there yet: nothing that was noted outside is compared.")
            return []
        except OSError as exc:
            raise CommandError(f"{file} cannot be read: {exc.strerror}.") from exc

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


def _note(file: Path, anchors: list[str]) -> None:
    try:
        with file.open("a+") as opened:
            opened.seek(0)
            if not opened.read().endswith("\n") and opened.tell():
                opened.write("\n")
            opened.writelines(f"{anchor}\n" for anchor in anchors)
    except OSError as exc:
        raise CommandError(f"{file} cannot be written: {exc.strerror}. Nothing is wrong with the ledger.") from exc
