"""Checkpoints over the ledger: an unedited one always verifies, an edited one never does."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.audit import tasks
from portal.audit.checkpoints import seal_key
from portal.audit.ledgers import CALLS, DECISIONS
from portal.audit.models import ApiCall
from portal.audit.tasks import seal
from portal.audit.verifying import Anchor
from tests.audit.sealed import AT, call, checkpoints, decide, execute, faults, ids, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SPAN", 10)


@pytest.fixture(autouse=True)
def _restarted() -> None:
    tasks._seen.clear()


def test_an_empty_ledger_is_as_it_should_be() -> None:
    seal()
    assert checkpoints() == checkpoints(DECISIONS) == []
    assert faults() == []


def test_every_row_is_sealed_once_and_the_spans_join() -> None:
    write(25)
    seal()
    write(3)
    seal()
    seal()
    found = checkpoints()
    assert [one.rows for one in found] == [10, 10, 5, 3]
    assert [one.number for one in found] == [1, 2, 3, 4]
    assert [one.first_id for one in found[1:]] == [one.last_id + 1 for one in found[:-1]]
    assert [one.previous for one in found] == ["", *(one.mac for one in found[:-1])]
    assert found[-1].last_id == ids()[-1]
    assert faults() == []


def test_decisions_are_sealed_as_well() -> None:
    decide("one")
    decide("two")
    seal()
    assert [one.rows for one in checkpoints(DECISIONS)] == [2]
    execute("UPDATE audit_decision SET reason = 'three' WHERE id = %s", [ids(DECISIONS)[0]])
    assert faults() == [f"decisions: row {ids(DECISIONS)[0]} is changed (checkpoint 1)"]


def test_rows_that_came_after_the_newest_checkpoint_are_counted_and_are_no_fault(capsys: Any) -> None:
    write(2)
    seal()
    write(3)
    call_command("verify_ledger")
    said = capsys.readouterr().out
    assert "calls: 2 rows under 1 checkpoints, 3 newer ones not sealed yet" in said
    assert f"newest checkpoint: {checkpoints()[0].anchor}" in said


EDITS: dict[str, tuple[Callable[[list[int]], object], str]] = {
    "a changed row": (
        lambda ids: execute("UPDATE audit_apicall SET patient = '' WHERE id = %s", [ids[4]]),
        "row {4} is changed (checkpoint 1)",
    ),
    "rows that were deleted": (
        lambda ids: execute("DELETE FROM audit_apicall WHERE id IN (%s, %s)", [ids[11], ids[12]]),
        "rows {11} to {12} are missing (checkpoint 2)",
    ),
    "a row that took the id of another": (
        lambda ids: execute(
            "UPDATE audit_apicall SET request_id = (SELECT request_id FROM audit_apicall WHERE id = %s) WHERE id = %s",
            [ids[5], ids[6]],
        ),
        "row {6} is changed (checkpoint 1)",
    ),
    "a row before all others": (
        lambda _ids: insert_with_id(-5),
        "row -5 is inserted (checkpoint 1)",
    ),
    "a checkpoint that was removed": (
        lambda _ids: execute("DELETE FROM audit_checkpoint WHERE ledger = 'calls' AND number = 2"),
        "checkpoint 2 is missing; rows {10} to {19} are not looked at",
    ),
    "a first checkpoint that was removed": (
        lambda _ids: execute("DELETE FROM audit_checkpoint WHERE ledger = 'calls' AND number = 1"),
        "checkpoint 1 is missing; rows up to {9} are not looked at",
    ),
    "an altered checkpoint": (
        lambda _ids: execute("UPDATE audit_checkpoint SET rows = 9 WHERE ledger = 'calls' AND number = 2"),
        "checkpoint 2 is not what was sealed (or LEDGER_KEY is another one); rows {10} to {19} are not looked at",
    ),
    "altered marks": (
        lambda _ids: execute("UPDATE audit_checkpoint SET marks = %s WHERE ledger = 'calls' AND number = 2", [b"x"]),
        "the marks of checkpoint 2 are not what was sealed; rows {10} to {19} are not looked at",
    ),
    "a claim that rows were pruned": (
        lambda ids: execute("UPDATE audit_checkpoint SET pruned = mac WHERE ledger = 'calls' AND number = 3"),
        "checkpoint 3 says that its rows were pruned, and they were not",
    ),
}


def insert_with_id(row_id: int) -> None:
    """Put a row where it does not belong."""
    row = call(1)
    row.pk = row_id
    row.save()


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_named(edit: str) -> None:
    write(25)
    seal()
    there = ids()
    change, expected = EDITS[edit]
    change(there)
    said = re.sub(r"{(\d+)}", lambda found: str(there[int(found[1])]), expected)
    assert f"calls: {said}" in faults()
    with pytest.raises(CommandError, match="is not what was sealed"):
        call_command("verify_ledger", verbosity=0)


def test_a_row_that_appears_in_a_sealed_span_was_inserted() -> None:
    write(25)
    gap = ids()[7]
    execute("DELETE FROM audit_apicall WHERE id = %s", [gap])
    seal()
    insert_with_id(gap)
    assert faults() == [f"calls: row {gap} is inserted (checkpoint 1)"]


def test_a_ledger_that_was_cut_off_is_found_by_what_was_noted_outside(capsys: Any) -> None:
    write(25)
    seal()
    anchor = checkpoints()[-1].anchor
    execute("DELETE FROM audit_checkpoint WHERE ledger = 'calls' AND number = 3")
    execute("DELETE FROM audit_apicall WHERE id > %s", [checkpoints()[-1].last_id])
    assert faults() == [], "nothing inside the database says so"
    with pytest.raises(CommandError):
        call_command("verify_ledger", anchor=[anchor])
    assert "checkpoint 3 was noted outside and is missing" in capsys.readouterr().out
    write(5)
    tasks._seen.clear()
    seal()
    assert faults(Anchor.read(anchor)) == ["calls: checkpoint 3 is not the one that was noted outside"]
    assert faults(Anchor.read(checkpoints()[1].anchor)) == []


@pytest.mark.parametrize("anchor", ["calls", "calls:x:y", "others:1:00"])
def test_an_anchor_that_means_nothing_is_refused(anchor: str) -> None:
    with pytest.raises(CommandError, match=r"An anchor looks like|There is no ledger"):
        call_command("verify_ledger", anchor=[anchor])


def test_another_ledger_key_verifies_nothing() -> None:
    write(5)
    seal()
    with override_settings(LEDGER_KEY="another-key-" * 5):
        assert "LEDGER_KEY is another one" in faults()[0]


def test_a_worker_with_another_ledger_key_seals_nothing(caplog: pytest.LogCaptureFixture) -> None:
    write(5)
    seal()
    write(5)
    with override_settings(LEDGER_KEY="another-key-" * 5):
        seal()
    assert "calls are not sealed: checkpoint 1 is not of this LEDGER_KEY, or was altered" in caplog.text
    seal()
    assert [one.rows for one in checkpoints()] == [5, 5]
    assert faults() == []


def remove_checkpoints() -> None:
    """Make the worker seal anew what was changed."""
    execute("DELETE FROM audit_checkpoint WHERE ledger = 'calls' AND number > 1")
    execute("UPDATE audit_apicall SET patient = '' WHERE id = %s", [ids()[-1]])


def test_a_running_worker_does_not_seal_anew_what_was_changed(caplog: pytest.LogCaptureFixture) -> None:
    write(25)
    seal()
    removed = checkpoints()[-1].anchor
    remove_checkpoints()
    seal()
    assert f"calls are not sealed: checkpoint {removed} is gone" in caplog.text
    assert len(checkpoints()) == 1


def test_a_file_of_anchors_finds_what_was_sealed_anew(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "anchors"
    write(5)
    decide("one")
    seal()
    call_command("verify_ledger", anchors=file)
    assert f"{file} is not there yet" in capsys.readouterr().out
    first = [checkpoints()[0].anchor, checkpoints(DECISIONS)[0].anchor]
    assert file.read_text().splitlines() == first
    file.write_text("\n".join(first))
    write(20)
    seal()
    for _ in range(2):
        call_command("verify_ledger", anchors=file)
    assert file.read_text().splitlines() == [*first, checkpoints()[-1].anchor]
    remove_checkpoints()
    tasks._seen.clear()
    seal()
    assert faults() == [], "nothing inside the database says so"
    with pytest.raises(CommandError, match="is not what was sealed"):
        call_command("verify_ledger", anchors=file)
    assert "checkpoint 3 is not the one that was noted outside" in capsys.readouterr().out
    assert len(file.read_text().splitlines()) == 3, "what does not verify is not noted"


def test_a_file_of_anchors_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_ledger", anchors=tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff")
    with pytest.raises(CommandError, match="An anchor looks like"):
        call_command("verify_ledger", anchors=tmp_path / "binary")
    with pytest.raises(CommandError, match=r"cannot be written.*Nothing is wrong with the ledger"):
        call_command("verify_ledger", anchors=tmp_path / "nowhere" / "anchors")


def test_rows_that_nobody_seals_for_an_hour_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    write(5)
    decide("one")
    assert faults() == []
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(timezone, "now", lambda: later)
    late = "rows have not been sealed for over an hour: is a worker running, and what does its log say?"
    assert faults() == [f"calls: {late}", f"decisions: {late}"]
    with pytest.raises(CommandError, match="or not sealed: 2 faults"):
        call_command("verify_ledger")
    call_command("verify_ledger", no_worker=True)
    seal()
    assert faults() == []


def test_a_ledger_that_cannot_be_read_does_not_stop_the_other(caplog: pytest.LogCaptureFixture) -> None:
    write(2)
    decide("one")
    poison = "at = 'infinity'" if connection.vendor == "postgresql" else "client_id = CAST(x'ff' AS TEXT)"
    execute(f"UPDATE audit_apicall SET {poison} WHERE id = {ids()[0]}")
    with pytest.raises(DatabaseError):
        seal()
    assert "calls cannot be sealed (" in caplog.text
    assert checkpoints() == []
    assert len(checkpoints(DECISIONS)) == 1


def test_the_digest_of_a_row_is_the_same_for_ever() -> None:
    """If this fails, every sealed ledger fails: a new column needs a default, none may be renamed."""
    row = call(7)
    row.pk, row.at = 7, datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
    row.save()
    with override_settings(LEDGER_KEY="ledger-key-" * 4):
        assert [digest.hex() for _, digest in CALLS.digests(seal_key(), 7, 7)] == ["df881b1ea4abb6cbdb404d3b915bf77f"]


def test_a_stopping_worker_seals_no_more() -> None:
    write(25)
    stopping = Event()
    stopping.set()
    seal(stopping)
    assert checkpoints() == []


COLUMNS = [field.attname for field in ApiCall._meta.concrete_fields]
TEXTS = [field.attname for field in ApiCall._meta.concrete_fields if field.get_internal_type() == "CharField"]
WORDS = st.text(st.characters(codec="ascii", min_codepoint=32), max_size=7)
EDIT = st.one_of(
    st.tuples(st.sampled_from([name for name in TEXTS if name != "outcome"]), WORDS),
    st.tuples(st.just("outcome"), st.sampled_from(["allowed", "denied", "failed"])),
    st.tuples(st.sampled_from(["application_id", "organisation_id"]), st.none() | st.integers(0, 3)),
    st.tuples(st.sampled_from(["duration_us", "status"]), st.integers(0, 500)),
    st.tuples(st.sampled_from(["replay", "break_glass"]), st.booleans()),
    st.tuples(st.just("at"), st.integers(-3, 3).map(lambda seconds: AT + timedelta(seconds=seconds))),
    st.tuples(st.just("id"), st.none() | st.integers(-30, 0)),
)


def edit(rows: list[tuple[Any, ...]], place: int, column: str, value: Any) -> None:
    """Change one row behind the back of the models; as its id: delete it, or give it a place further up."""
    row_id, newest = rows[place][0], rows[-1][0]
    if column == "id" and value is None:
        execute("DELETE FROM audit_apicall WHERE id = %s", [row_id])
        return
    if column == "id":
        value += newest
        if ApiCall.objects.filter(pk=value).exists():
            return
    if column == "at":
        value = connection.ops.adapt_datetimefield_value(value)
    execute(f"UPDATE audit_apicall SET {column} = %s WHERE id = %s", [value, row_id])


@settings(max_examples=200 if os.environ.get("CI") == "true" else 60, deadline=None)
@given(edits=st.lists(st.tuples(st.integers(0, 24), EDIT), max_size=3))
def test_random_edits_are_always_found_and_an_unedited_ledger_never_fails(
    edits: list[tuple[int, tuple[str, Any]]],
) -> None:
    tasks._seen.clear()
    with transaction.atomic():
        write(25)
        seal()
        before = list(ApiCall.objects.order_by("pk").values_list(*COLUMNS))
        for place, (column, value) in edits:
            edit(before, place, column, value)
        after = list(ApiCall.objects.order_by("pk").values_list(*COLUMNS))
        assert bool(faults()) == (before != after), faults()
        transaction.set_rollback(True)
