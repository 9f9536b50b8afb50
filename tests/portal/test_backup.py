"""A backup that is taken while clients push, and what can be done with it."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError, call_command
from django.db import connection

from portal.applications.published import DEMO_SANDBOX_CLIENT
from portal.management import copying
from tests.connect.pushing import encounter
from tests.databases import new_database
from tests.servers import Server, free_port, manage, running, serving

SEAL = ("shell", "-v", "0", "-c", "from portal.audit.tasks import seal; seal()")
PUSHED_BEFORE, PUSHED_MEANWHILE = 40, 20


def headers(base_url: str) -> dict[str, str]:
    """Return those of a call with a fresh token."""
    asked = {
        "grant_type": "client_credentials",
        "client_id": DEMO_SANDBOX_CLIENT.client_id,
        "client_secret": DEMO_SANDBOX_CLIENT.client_secret,
    }
    answer = requests.post(f"{base_url}/connect/auth/token", json=asked, timeout=60)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@dataclass
class Pushing:
    """Clients that push one record after the other until told to stop."""

    base_url: str
    stopping: threading.Event = field(default_factory=threading.Event)
    stored: dict[str, str] = field(default_factory=dict)
    """The ids of what was acknowledged, by source id."""
    faults: list[str] = field(default_factory=list)
    grown: threading.Condition = field(default_factory=threading.Condition)

    def run(self, name: str, token: dict[str, str]) -> None:
        """Push."""
        number = 0
        while not self.stopping.is_set() and not self.faults:
            number += 1
            body = encounter(source_id=f"{name}-{number}")
            answer = requests.post(f"{self.base_url}/connect/records/encounters", json=body, headers=token, timeout=60)
            with self.grown:
                if answer.status_code == 201:
                    self.stored[body["source_id"]] = answer.json()["id"]
                else:
                    self.faults.append(answer.text)
                self.grown.notify_all()

    def wait_for(self, count: int) -> None:
        """Return once so many are stored."""
        with self.grown:
            assert self.grown.wait_for(lambda: self.faults or len(self.stored) >= count, 120)
        assert self.faults == []


@dataclass(frozen=True)
class Taken:
    """A backup, the server that it was taken from, and what had been acknowledged before it began."""

    folder: Path
    server: Server
    before: dict[str, str]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"] if os.environ.get("CI") == "true" else ["sqlite"])
def taken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """Take a backup of a running server while clients push."""
    folder, home = tmp_path_factory.mktemp("backups") / "today", tmp_path_factory.mktemp("running")
    url = f"sqlite:///{home}/db.sqlite3"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    with running(home, DATABASE_URL=url) as server:
        pushing = Pushing(server.base_url)
        token = headers(server.base_url)
        threads = [threading.Thread(target=pushing.run, args=(f"client-{one}", token)) for one in range(3)]
        for thread in threads:
            thread.start()
        try:
            pushing.wait_for(PUSHED_BEFORE)
            server.manage(*SEAL)
            before = dict(pushing.stored)
            server.manage("backup", str(folder))
            meanwhile = len(pushing.stored) - len(before)
            pushing.wait_for(len(pushing.stored) + 1)
        finally:
            pushing.stopping.set()
            for thread in threads:
                thread.join()
        assert pushing.faults == []
        assert meanwhile > PUSHED_MEANWHILE, "others wrote while it was taken"
        yield Taken(folder, server, before)


def elsewhere(taken: Taken, request: pytest.FixtureRequest, folder: Path, **variables: str) -> dict[str, str]:
    """Return the environment of an empty place with the same keys."""
    place = {**taken.server.environment, "DATA_DIR": str(folder), "PORT": str(free_port()), **variables}
    place["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
    if taken.server.environment["DATABASE_URL"].startswith("postgres"):
        place["DATABASE_URL"] = new_database(request.getfixturevalue("postgresql_url"))
    return place


def test_everything_acknowledged_before_is_there(taken: Taken, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    place = elsewhere(taken, request, tmp_path)
    said = manage(place, "restore", str(taken.folder))
    assert "calls: " in said
    assert "Restored." in said
    manage(place, "collectstatic", "--noinput", "-v", "0")
    with serving(place) as server:
        token = headers(server.base_url)
        for source_id, record_id in taken.before.items():
            url = f"{server.base_url}/connect/records/encounters/{record_id}"
            answer = requests.get(url, headers=token, timeout=60)
            assert answer.status_code == 200
            assert f'"{source_id}"' in answer.text
        again = encounter(source_id=next(iter(taken.before)))
        url = f"{server.base_url}/connect/records/encounters"
        assert requests.post(url, json=again, headers=token, timeout=60).status_code == 200, "known, so it is a replay"
        new = encounter(source_id="after-the-restore")
        assert requests.post(url, json=new, headers=token, timeout=60).status_code == 201
    manage(place, *SEAL)
    manifest = json.loads((taken.folder / "manifest.json").read_text())
    assert [anchor.partition(":")[0] for anchor in manifest["checkpoints"]] == ["calls", "decisions"]
    anchors = [f"--anchor={anchor}" for anchor in manifest["checkpoints"]]
    assert " 0 newer ones not sealed yet" in manage(place, "verify_ledger", *anchors)
    with pytest.raises(AssertionError, match="There is a database already"):
        manage(place, "restore", str(taken.folder))


def test_nobody_else_can_read_it_and_nothing_is_left_beside_it(taken: Taken) -> None:
    assert taken.folder.stat().st_mode & 0o077 == 0
    assert [one.name for one in taken.folder.parent.iterdir()] == ["today"]
    assert len(list(taken.folder.iterdir())) == 2


def test_it_holds_no_key(taken: Taken) -> None:
    text = (taken.folder / "manifest.json").read_text()
    assert "development-only-key" not in text


def test_a_folder_that_is_there_is_not_touched(taken: Taken) -> None:
    with pytest.raises(AssertionError, match="exists already"):
        taken.server.manage("backup", str(taken.folder))


def test_other_keys_are_named_before_anything_is_written(
    taken: Taken, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = elsewhere(taken, request, tmp_path, CREDENTIALS_PEPPER="x" * 40, KEY_ENCRYPTION_KEYS=f"{'y' * 40}")
    with pytest.raises(AssertionError, match=r"was made: CREDENTIALS_PEPPER, KEY_ENCRYPTION_KEYS\."):
        manage(place, "restore", str(taken.folder))
    old = "development-only-key-known-to-everyone-0000000000000"
    place = {**place, "KEY_ENCRYPTION_KEYS": f"{'y' * 40},{old}"}
    manage(place, "restore", "--other-keys", str(taken.folder))


def test_an_altered_backup_is_refused_before_anything_is_written(taken: Taken, tmp_path: Path) -> None:
    altered = tmp_path / "altered"
    shutil.copytree(taken.folder, altered)
    manifest = {**json.loads((altered / "manifest.json").read_text()), "database": connection.vendor}
    name = manifest["file"]

    def refused(fault: str, **changes: object) -> None:
        (altered / "manifest.json").write_text(json.dumps({**manifest, **changes}))
        with pytest.raises(CommandError, match=fault):
            call_command("restore", altered)

    refused("has format 2", format=2)
    refused("backup of oracle", database="oracle")
    refused("SHA-256 differs", file=f"../../{taken.folder.parent.name}/today/{name}")
    refused(r"newer version, which knows audit\.9999_later", migrations=["audit.9999_later"])
    refused("holds no backup", colour="blue")
    with (altered / name).open("ab") as opened:
        opened.write(b"x")
    refused("SHA-256 differs")
    (altered / "manifest.json").unlink()
    with pytest.raises(CommandError, match="holds no backup"):
        call_command("restore", altered)


def test_what_fails_after_the_data_is_in_place_is_said_together(
    taken: Taken, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    altered = tmp_path / "altered"
    shutil.copytree(taken.folder, altered)
    manifest = json.loads((altered / "manifest.json").read_text())
    manifest["checkpoints"].append(f"calls:999999:{'0' * 64}")
    (altered / "manifest.json").write_text(json.dumps(manifest))
    place = elsewhere(taken, request, tmp_path, KEY_ENCRYPTION_KEYS="y" * 40)
    with pytest.raises(AssertionError) as failed:
        manage(place, "restore", "--other-keys", str(altered))
    said = str(failed.value)
    assert "The data is in place, but: The ledger is not what was sealed, or not sealed: 1 faults." in said
    assert "KEY_ENCRYPTION_KEYS" in said
    assert "to try again, empty the place first." in said


def test_a_database_that_appears_meanwhile_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "db.sqlite3"
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setattr(copying, "_sqlite_file", lambda: target)

    def copy_slowly(_source: Path, beside: Path) -> None:
        beside.write_bytes(b"restored")
        target.write_bytes(b"live")

    monkeypatch.setattr(shutil, "copyfile", copy_slowly)
    with pytest.raises(CommandError, match="There is a database already"):
        copying.copy_in(tmp_path / "database.sqlite3")
    assert target.read_bytes() == b"live"
    monkeypatch.setattr(copying, "is_empty", lambda: True)
    monkeypatch.setattr(Path, "unlink", lambda *_args, **_options: None)
    with pytest.raises(CommandError, match="There is a database already"):
        copying.copy_in(tmp_path / "database.sqlite3")
    assert target.read_bytes() == b"live", "not even if it appears after the last look"
