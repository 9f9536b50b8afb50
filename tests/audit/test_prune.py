"""Rows leave the ledger when their time is over, and not sooner; what is left still verifies."""

from datetime import timedelta
from threading import Event

import pytest
from django.test import override_settings
from django.utils import timezone

from portal.audit import tasks
from portal.audit.checkpoints import mac_of
from portal.audit.ledgers import CALLS, DECISIONS
from portal.audit.models import Checkpoint
from portal.audit.tasks import prune, seal
from portal.audit.verifying import Anchor
from tests.audit.sealed import call, checkpoints, decide, execute, faults, ids, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SPAN", 10)
    monkeypatch.setattr(tasks, "PAUSE", 0)
    tasks._seen.clear()


@pytest.fixture
def aged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Seal 25 rows and a decision seven years ago, and 5 rows today; return the ids."""
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: _now() - timedelta(days=7 * 365))
        write(25)
        decide("old")
        seal()
    write(5)
    seal()
    return ids()


_now = timezone.now


def test_old_spans_are_deleted_and_the_rest_still_verifies(aged: list[int]) -> None:
    anchors = [Anchor.read(one.anchor) for one in checkpoints()]
    assert prune() == 25
    assert ids() == aged[25:]
    assert [(one.rows, bytes(one.marks) == b"") for one in checkpoints()] == [
        (10, True),
        (10, True),
        (5, True),
        (5, False),
    ]
    assert faults(*anchors) == [], "whatever was noted outside is still there"
    assert prune() == 0
    write(3)
    seal()
    assert faults() == []


def test_decisions_are_kept(aged: list[int]) -> None:
    prune()
    assert len(ids(DECISIONS)) == 1


def test_nothing_is_deleted_before_its_time(aged: list[int]) -> None:
    with override_settings(LEDGER_RETENTION=8 * 365):
        assert prune() == 0
    assert ids() == aged


def test_a_span_that_does_not_verify_is_kept_as_proof(aged: list[int], caplog: pytest.LogCaptureFixture) -> None:
    execute("UPDATE audit_apicall SET status = 500 WHERE id = %s", [aged[12]])
    assert prune() == 10
    assert ids() == aged[10:]
    assert f"calls are kept from {checkpoints()[1].anchor} on" in caplog.text
    assert faults() == [f"calls: row {aged[12]} is changed (checkpoint 2)"]


def test_rows_that_come_back_are_found(aged: list[int]) -> None:
    prune()
    row = call(1)
    row.pk = aged[3]
    row.save()
    assert faults() == [f"calls: row {aged[3]} is inserted (checkpoint 1, whose rows were pruned)"]


def test_the_seal_of_pruned_rows_cannot_be_made_by_others(aged: list[int]) -> None:
    execute("DELETE FROM audit_apicall WHERE id <= %s", [aged[9]])
    first = checkpoints()[0]
    for forged in (first.mac, mac_of(first), "0" * 64):
        execute("UPDATE audit_checkpoint SET marks = %s, pruned = %s WHERE id = %s", [b"", forged, first.pk])
        assert faults() == ["calls: checkpoint 1 says that its rows were pruned, and they were not"]


def test_a_pruning_that_is_stopped_half_way_goes_on_later(aged: list[int]) -> None:
    stopping = Event()
    stopping.set()
    assert prune(stopping) == 0
    assert tasks._prune_oldest(CALLS, timezone.now() - timedelta(days=2190)) == 10
    assert faults() == []
    assert prune() == 15


def test_rows_pruned_while_they_are_verified_are_no_fault(aged: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    read = list(Checkpoint.objects.filter(ledger="calls").order_by("number"))
    prune()
    monkeypatch.setattr(
        "portal.audit.verifying._checkpoints", lambda _ledger: iter(read) if _ledger is CALLS else iter(())
    )
    assert faults() == []
