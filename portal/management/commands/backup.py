"""`manage.py backup`: everything that must not be lost, in one folder, while the portal runs."""

import os
import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from portal.management.copying import FILES, copy_out
from portal.management.manifest import Manifest, manifest_of, newest_checkpoints


class Command(BaseCommand):
    """Write the database and a manifest into a new folder."""

    help = (
        "Copy the database into a new folder while the portal runs. The keys in the environment are not part of it: "
        "keep them elsewhere, and without them it is worth nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the folder."""
        parser.add_argument("folder", type=Path, help="where the backup shall be; it must not exist")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write beside the folder first, so that what has its name is whole."""
        folder: Path = options["folder"].absolute()
        if folder.exists():
            raise CommandError(f"{folder} exists already. Name a new folder.")
        partial = folder.with_name(f"{folder.name}.partial")
        try:
            partial.mkdir(mode=0o700, parents=True)
        except OSError as exc:
            raise CommandError(f"{partial} cannot be made: {exc.strerror}. Remove it, or name another folder.") from exc
        try:
            manifest = _fill(partial)
        except BaseException:
            shutil.rmtree(partial)
            raise
        partial.rename(folder)
        self.stdout.write(f"{folder}: {manifest.size:,} bytes, SHA-256 {manifest.sha256}")
        for anchor in manifest.checkpoints:
            self.stdout.write(f"  newest checkpoint: {anchor}")


def _fill(folder: Path) -> Manifest:
    """Write the backup. What is noted of the ledger is older than the copy, so the copy has it."""
    checkpoints = newest_checkpoints()
    file = folder / FILES[connection.vendor]
    copy_out(file)
    manifest = manifest_of(file, checkpoints)
    manifest.write(folder)
    for written in (*folder.iterdir(), folder):
        _to_disk(written)
    return manifest


def _to_disk(path: Path) -> None:
    """Return once the disk has it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
