"""The index: an SQLite file of what can be found, with the full text under FTS5, a table for each language.

Nothing has to be built by hand. A process that finds no file, or one of another state of the documentation, makes it
anew and puts it in the old one's place in one step; whoever has that open reads on. `manage.py serve` does so before it
answers anybody. Where DATA_DIR cannot be written or is full, each process keeps the index in its memory.
"""

import hashlib
import logging
import os
import re
import sqlite3
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings

from portal.guides.library import Library, library
from portal.guides.variables import variables
from portal.openapi.documents import documents
from portal.search.entries import entries
from portal.search.entry import Entry
from portal.search.words import CAMEL, PART, fold, parts_of, terms

NAME: Final = "search.sqlite3"
SOURCES: Final = ("portal/**/*.py", "portal/**/*.toml", "locale/**/*.mo", "templates/guides/*.html")
IDENTIFIER: Final = re.compile(r"[\w:]+", re.ASCII)
COLUMNS: Final = "kind, url, title, place, page, text, language, names"
TABLES: Final = """
    CREATE TABLE entries_{0} (id INTEGER PRIMARY KEY, {1});
    CREATE TABLE words_{0} (word TEXT PRIMARY KEY, shown TEXT NOT NULL, number INTEGER NOT NULL) WITHOUT ROWID;
    CREATE VIRTUAL TABLE found_{0} USING fts5(
        title, place, names, code, text, content='', prefix='1 2 3', tokenize='ascii'
    );
"""
"""The words are made by `words.terms` and separated by spaces, so the tokenizer only has to find the spaces."""

logger = logging.getLogger(__name__)


class Index:
    """An index that is open to be read. One connection serves all threads, a moment each."""

    def __init__(self, connection: sqlite3.Connection, state: str) -> None:
        self._connection, self.state = connection, state
        self._lock = threading.Lock()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return all rows of a statement."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def vocabulary(self, language: str) -> Mapping[str, tuple[str, int]]:
        """Return each word of this language with how it is written and in how many entries it stands."""
        return self._vocabularies[language]

    @cached_property
    def _vocabularies(self) -> Mapping[str, Mapping[str, tuple[str, int]]]:
        return {
            language: {
                word: (shown, number)
                for word, shown, number in self.rows(f"SELECT word, shown, number FROM words_{language}")  # noqa: S608
            }
            for language, _name in settings.LANGUAGES
        }

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._connection.close()


def path() -> Path:
    """Return where the index lies."""
    return Path(settings.DATA_DIR) / NAME


def fingerprint() -> str:
    """Return a mark of everything that the index is made of: documentation, words, code, and what is filled in."""
    digest = hashlib.sha256(repr(sorted(variables().items())).encode())
    found = chain(Path(settings.DOCS_DIR).rglob("*.*"), *(settings.BASE_DIR.glob(one) for one in SOURCES))
    for file in sorted({*found, Path(settings.RECORDINGS), *documents().values()}):
        digest.update(f"\0{file}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def prepare() -> Index:
    """Return the index of the present state, making it where there is none.

    :raises PageError: where a guide is wrong.
    """
    state = fingerprint()
    return _opened(path(), state) or _made(state)


def _opened(file: Path, state: str) -> Index | None:
    try:
        connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    except sqlite3.Error:
        return None
    with suppress(sqlite3.Error):  # not ours, or not whole
        if connection.execute("SELECT state FROM made").fetchone() == (state,):
            return Index(connection, state)
    connection.close()
    return None


def _made(state: str) -> Index:
    shelf = library()
    try:
        _write_file(shelf, state)
        opened = _opened(path(), state)
    except (OSError, sqlite3.Error) as exc:  # SQLite's where the disk is full
        logger.warning("the search index is kept in memory: %s", getattr(exc, "strerror", exc))
        opened = None
    if opened:
        return opened
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    _write(connection, shelf, state)
    return Index(connection, state)


def _write_file(shelf: Library, state: str) -> None:
    path().parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{NAME}.", dir=path().parent)
    file = Path(name)
    try:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode=OFF")
            _write(connection, shelf, state)
        os.fsync(handle)
        file.chmod(0o644)
        file.replace(path())
    finally:
        os.close(handle)
        file.unlink(missing_ok=True)


def _write(connection: sqlite3.Connection, shelf: Library, state: str) -> None:
    with connection:
        for language, _name in settings.LANGUAGES:
            connection.executescript(TABLES.format(language, COLUMNS))
            _fill(connection, language, entries(shelf, language))
        connection.execute("CREATE TABLE made (state TEXT NOT NULL)")
        connection.execute("INSERT INTO made VALUES (?)", (state,))


def _fill(connection: sqlite3.Connection, language: str, found: Iterable[Entry]) -> None:
    counts: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for number, each in enumerate(found, 1):
        names = " ".join(each.names)
        row = (each.kind, each.url, each.title, each.where, each.group, each.text, each.language, names)
        connection.execute(f"INSERT INTO entries_{language} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (number, *row))  # noqa: S608
        searched = (each.title, each.where, names, each.code, each.text)
        connection.execute(
            f"INSERT INTO found_{language} (rowid, title, place, names, code, text) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
            (number, *(" ".join(terms(part)) for part in searched)),
        )
        read = {fold(one[0]): one[0] for one in PART.finditer(CAMEL.sub(" ", f"{each.title} {names} {each.text}"))}
        read |= {"".join(parts_of(name)): name for name in each.names if IDENTIFIER.fullmatch(name)}
        counts.update(read.keys())
        for word, written in read.items():
            shown[word] = min(shown.get(word, written), written, key=str.isupper)
    connection.executemany(
        f"INSERT INTO words_{language} VALUES (?, ?, ?)",  # noqa: S608
        [(word, shown[word], number) for word, number in counts.items()],
    )


class _Shelf:
    """Keeps the index of this process; in development it follows the library, which looks at the files."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._library: Library | None = None

    def index(self) -> Index:
        shelf = library() if settings.DEVELOPMENT else None
        if self._index is None or shelf is not self._library:
            with self._lock:
                if self._index is None or shelf is not self._library:
                    self._index, self._library = prepare(), shelf
        return self._index


_shelf = _Shelf()


def index() -> Index:
    """Return the index.

    :raises PageError: where a guide is wrong.
    """
    return _shelf.index()
