"""The databases that are measured on: SQLite, and a PostgreSQL that is started for it, where there is one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = "PostgreSQL is not installed: apt-get install postgresql"


def has_postgresql() -> bool:
    """Say whether a PostgreSQL can be started on this machine."""
    return bool(shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


@contextmanager
def postgresql() -> Iterator[tuple[Path, str]]:
    """Run a PostgreSQL in a temporary folder; yield the folder and the DATABASE_URL."""
    from tests.databases import postgresql as running  # noqa: PLC0415 - a deployment has no tests, nor use for this

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)  # the server runs as its own user
        with running(folder) as url:
            yield folder, url


def each() -> Iterator[tuple[str, Path, str]]:
    """Yield, one after the other, a database's name, an empty folder for DATA_DIR, and its DATABASE_URL."""
    with tempfile.TemporaryDirectory() as name:
        yield "SQLite", Path(name), f"sqlite:///{name}/db.sqlite3"
    if has_postgresql():
        with postgresql() as (folder, url):
            yield "PostgreSQL", folder / "data", url
