"""What a backup says about itself."""

import hashlib
import json
import platform
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path

import django
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from portal.audit.ledgers import LEDGERS
from portal.audit.models import Checkpoint

NAME = "manifest.json"
FORMAT = 1
SINGLE_KEYS = ("SECRET_KEY", "CREDENTIALS_PEPPER", "LEDGER_KEY")


@dataclass(frozen=True)
class Manifest:
    """A backup's manifest, as it stands in `manifest.json`."""

    format: int
    made_at: str
    database: str
    versions: dict[str, str]
    migrations: list[str]
    file: str
    size: int
    sha256: str
    checkpoints: list[str]
    """The newest of each ledger when the backup began, as `verify_ledger --anchor` takes them."""
    keys: dict[str, str]
    """By the name of each key in the environment: what it can be recognised by, and not be guessed from."""

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Return the manifest of the backup in this folder.

        :raises ValueError: where there is none, or one that this version does not know.
        """
        try:
            given = json.loads((folder / NAME).read_text())
            found = cls(**given)
        except (OSError, ValueError, TypeError) as exc:
            raise ValueError(f"{folder} holds no backup: {NAME} cannot be read.") from exc
        if found.format != FORMAT:
            raise ValueError(f"This backup has format {found.format}; this version reads format {FORMAT}.")
        return found

    def write(self, folder: Path) -> None:
        """Write it into the folder."""
        (folder / NAME).write_text(json.dumps(asdict(self), indent=2) + "\n")


def newest_checkpoints() -> list[str]:
    """Return the anchors of all ledgers that have one."""
    newest = (Checkpoint.objects.filter(ledger=ledger.name).order_by("-number").first() for ledger in LEDGERS)
    return [checkpoint.anchor for checkpoint in newest if checkpoint]


def manifest_of(file: Path, checkpoints: list[str]) -> Manifest:
    """Return the manifest of a backup that was just made."""
    return Manifest(
        format=FORMAT,
        made_at=timezone.now().isoformat(timespec="seconds"),
        database=connection.vendor,
        versions={"python": platform.python_version(), "django": django.__version__, "database": _database_version()},
        migrations=sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations()),
        file=file.name,
        size=file.stat().st_size,
        sha256=digest_of(file),
        checkpoints=checkpoints,
        keys=fingerprints(),
    )


def digest_of(file: Path) -> str:
    """Return the file's SHA-256."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def fingerprints() -> dict[str, str]:
    """Return what the present keys can be recognised by."""
    keys = {name: getattr(settings, name) for name in SINGLE_KEYS}
    return {name: _fingerprint(key) for name, key in {**keys, "KEY_ENCRYPTION_KEYS": _first_encryption_key()}.items()}


def other_keys(manifest: Manifest) -> list[str]:
    """Return the names of the keys that are not those under which the backup was made."""
    present: dict[str, set[str]] = {name: {value} for name, value in fingerprints().items()}
    present["KEY_ENCRYPTION_KEYS"] = set(map(_fingerprint, settings.KEY_ENCRYPTION_KEYS))
    return [name for name, fingerprint in manifest.keys.items() if fingerprint not in present.get(name, ())]


def _first_encryption_key() -> str:
    return str(settings.KEY_ENCRYPTION_KEYS[0])


def _fingerprint(key: str) -> str:
    return HKDF(SHA256(), 16, salt=None, info=b"opescare backup fingerprint").derive(key.encode()).hex()


def _database_version() -> str:
    if connection.vendor == "sqlite":
        return sqlite3.sqlite_version
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])
