"""The file of the index: made where there is none, made anew where the documentation is another, never half."""

import sqlite3
import stat
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pytest_django import Settings

from portal.search import index as search
from portal.search.index import NAME, Index, prepare


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Index errors alone: what is looked at here is the file."""
    monkeypatch.setattr(search, "entries", lambda _library, language: search_entries(language))


def search_entries(language: str) -> list[object]:
    from portal.search.entries import errors

    return list(errors(language))


def urls(found: Index) -> list[str]:
    return [url for (url,) in found.rows("SELECT url FROM entries_en ORDER BY id")]


@pytest.mark.usefixtures("small")
def test_it_is_made_where_there_is_none_and_read_where_there_is(folder: Path) -> None:
    made = prepare()
    file = folder / NAME
    before = file.stat()
    read = prepare()
    assert urls(made) == urls(read)
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert [each.name for each in folder.iterdir()] == [NAME]
    assert stat.S_IMODE(before.st_mode) == 0o644


@pytest.mark.usefixtures("small")
def test_it_is_made_anew_where_the_documentation_has_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = prepare()
    monkeypatch.setattr(search, "fingerprint", lambda: "another")
    new = prepare()
    assert new.state == "another"
    assert urls(old) == urls(new), "whoever has the old one open reads on"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100, b"SQLite format 3\0"])
def test_what_is_no_index_is_replaced(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / NAME).write_bytes(content)
    assert urls(prepare())
    assert (folder / NAME).read_bytes() != content


@pytest.mark.usefixtures("small")
def test_nobody_can_write_to_it(folder: Path) -> None:
    found = prepare()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        found.rows("DELETE FROM entries_en")


@pytest.mark.usefixtures("small")
def test_where_no_file_can_be_written_it_is_kept_in_memory(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    settings.DATA_DIR = tmp_path / "file"
    assert urls(prepare())
    assert "kept in memory" in caplog.text


@pytest.mark.usefixtures("small")
def test_where_the_disk_is_full_it_is_kept_in_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write = search._write

    def onto_a_full_disk(connection: sqlite3.Connection, *rest: Any) -> None:
        if connection.execute("PRAGMA database_list").fetchone()[2]:  # it has a file
            connection.execute("PRAGMA max_page_count=3")
        write(connection, *rest)

    monkeypatch.setattr(search, "_write", onto_a_full_disk)
    assert urls(prepare())
    assert "kept in memory" in caplog.text
    assert list(folder.iterdir()) == [], "nothing is left behind"


@pytest.mark.usefixtures("small")
def test_many_that_make_it_at_once_leave_one_whole_file(folder: Path) -> None:
    wanted = urls(prepare())
    (folder / NAME).unlink()
    threads = [Thread(target=prepare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.name for each in folder.iterdir()] == [NAME]
    assert urls(prepare()) == wanted


@pytest.mark.usefixtures("small")
def test_many_threads_read_it_at_once(folder: Path) -> None:
    found = prepare()
    wanted = urls(found)
    wrong: list[int] = []

    def read() -> None:
        wrong.extend(1 for _ in range(50) if urls(found) != wanted)

    threads = [Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
