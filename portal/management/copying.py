"""The whole database into a file and back: SQLite's online backup, PostgreSQL's own tools."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.db import connection

OCCUPIED = "There is a database already. Restore into an empty one: set DATA_DIR or DATABASE_URL."
FILES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


def copy_out(file: Path) -> None:
    """Write a consistent copy of the database while others write on.

    :raises CommandError: where it fails.
    """
    if connection.vendor == "postgresql":
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")
    else:
        _copy_sqlite(file)


def copy_in(file: Path) -> None:
    """Fill the empty database from such a copy.

    :raises CommandError: where it fails, or is not empty any more; PostgreSQL is then what it was before.
    """
    if connection.vendor == "postgresql":
        options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _run("pg_restore", *options, str(file), "--dbname")
        return
    target = _sqlite_file()
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.restoring")
    try:
        shutil.copyfile(file, beside)
        beside.chmod(0o600)
        if not is_empty():  # a server was started meanwhile
            raise CommandError(OCCUPIED)
        target.unlink(missing_ok=True)
        os.link(beside, target)  # unlike a rename, it replaces nothing
    except FileExistsError as exc:
        raise CommandError(OCCUPIED) from exc
    finally:
        beside.unlink(missing_ok=True)


def is_empty() -> bool:
    """Say whether the database holds nothing. SQLite is not even opened: that would create it."""
    if connection.vendor == "postgresql":
        return not connection.introspection.table_names()
    target = _sqlite_file()
    journals = [target.with_name(target.name + end) for end in ("-wal", "-journal")]
    return not any(one.exists() and one.stat().st_size for one in (target, *journals))


def _copy_sqlite(file: Path) -> None:
    """Copy in one step: in WAL mode that sees one moment and stops no writer. Many steps would begin again for ever."""
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        [(verdict,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
    if verdict != "ok":
        raise CommandError(f"The database is damaged: {verdict}. Keep your older backups.")


def _sqlite_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _run(program: str, *options: str) -> None:
    """Run a program of PostgreSQL's against our database. Its arguments, which others can see, hold no password."""
    found = shutil.which(program)
    if found is None:
        raise CommandError(f"{program} is not installed: apt-get install postgresql-client")
    client: Any = connection.client
    [_psql, *arguments], variables = client.settings_to_cmd_args_env(connection.settings_dict, options)
    done = subprocess.run(  # noqa: S603 - our own arguments
        [found, *arguments], env={**os.environ, **(variables or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandError(f"{program} failed: {done.stderr.strip()}")
