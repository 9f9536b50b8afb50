"""`manage.py restore`: a backup into an empty place."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from portal.management.copying import OCCUPIED, copy_in, is_empty
from portal.management.manifest import Manifest, digest_of, other_keys
from portal.oauth.keys import ring


class Command(BaseCommand):
    """Check the backup, fill the database, bring it up to date, verify the ledger."""

    help = "Fill the empty database of this environment from a backup, and verify it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the folder."""
        parser.add_argument("folder", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument("--other-keys", action="store_true", help="restore although keys differ from the backup's")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it; nothing is written before everything that can be checked was checked."""
        folder: Path = options["folder"]
        try:
            manifest = Manifest.read(folder)
        except ValueError as exc:
            raise CommandError(str(exc)) from exc
        _refuse_what_cannot_work(manifest, folder)
        if not options["other_keys"] and (names := other_keys(manifest)):
            raise CommandError(
                f"These are not the values under which the backup was made: {', '.join(names)}. "
                "Set them as they were. Where a value is lost, --other-keys restores what does not depend on it."
            )
        if not is_empty():
            raise CommandError(OCCUPIED)
        self.stdout.write(f"Restoring the backup of {manifest.made_at} …")
        copy_in(folder / manifest.file)
        call_command("migrate", verbosity=0)
        if faults := self._faults(manifest):
            raise CommandError(
                f"The data is in place, but: {' '.join(faults)} "
                "Decide whether to start on it; to try again, empty the place first."
            )
        self.stdout.write("Restored. What was revoked after the backup is not revoked here: see docs/operating.md.")

    def _faults(self, manifest: Manifest) -> list[str]:
        faults = []
        output = {"stdout": self.stdout, "stderr": self.stderr}
        try:
            call_command("verify_ledger", anchor=manifest.checkpoints, no_worker=True, **output)
        except CommandError as exc:
            faults.append(str(exc))
        try:
            ring.all()
        except ImproperlyConfigured as exc:
            faults.append(str(exc))
        return faults


def _refuse_what_cannot_work(manifest: Manifest, folder: Path) -> None:
    if manifest.database != connection.vendor:
        raise CommandError(f"This is a backup of {manifest.database}; DATABASE_URL leads to {connection.vendor}.")
    file = folder / manifest.file
    if Path(manifest.file).name != manifest.file or not file.is_file() or digest_of(file) != manifest.sha256:
        raise CommandError(f"{manifest.file} is not what was written: its SHA-256 differs. Take another backup.")
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    if newer := set(manifest.migrations) - known:
        raise CommandError(f"The backup was made by a newer version, which knows {min(newer)}. Restore with that one.")
