"""Ledger rows that are written a moment later: none is lost, and one that cannot be written holds up no other."""

from typing import Any

import pytest
from django.db import DataError, InterfaceError
from django.utils import timezone

from portal.audit import deferred
from portal.audit.deferred import CAPACITY, DeferredWriter
from portal.audit.models import ApiCall


@pytest.fixture
def writer(db: None, monkeypatch: pytest.MonkeyPatch) -> DeferredWriter:
    """Return a writer whose thread never runs; the tests flush."""
    monkeypatch.setattr("threading.Thread.start", lambda _thread: None)
    monkeypatch.setattr(deferred, "Finalize", lambda *_args, **_kwargs: None)
    return DeferredWriter()


def row(request_id: str) -> ApiCall:
    """Return an unsaved row."""
    return ApiCall(at=timezone.now(), request_id=request_id, method="POST", outcome="denied", status=401, duration_us=1)


def written() -> list[str]:
    """Return the request ids in the ledger."""
    return list(ApiCall.objects.order_by("pk").values_list("request_id", flat=True))


def failing(monkeypatch: pytest.MonkeyPatch, fault: type[Exception], request_id: str = "") -> None:
    """Let the database refuse every batch, or those with this request id."""
    real = ApiCall.objects.bulk_create

    def bulk_create(rows: list[ApiCall]) -> Any:
        if not request_id or any(one.request_id == request_id for one in rows):
            raise fault
        return real(rows)

    monkeypatch.setattr(ApiCall.objects, "bulk_create", bulk_create)


def test_rows_are_written_in_order_and_once(writer: DeferredWriter) -> None:
    for number in range(1200):
        assert writer.put(row(str(number)))
    writer.flush()
    writer.flush()
    assert written() == [str(number) for number in range(1200)]


@pytest.mark.parametrize("fault", [InterfaceError, DataError.__mro__[1]])
def test_rows_wait_while_the_database_is_away(
    writer: DeferredWriter, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    writer.put(row("first"))
    with monkeypatch.context() as away:
        failing(away, fault)
        writer.flush()
    writer.put(row("second"))
    writer.flush()
    assert written() == ["first", "second"]


def test_a_row_that_can_never_be_written_is_logged_and_holds_up_no_other(
    writer: DeferredWriter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing(monkeypatch, DataError, "poison")
    for request_id in ("first", "poison", "last"):
        writer.put(row(request_id))
    writer.flush()
    assert written() == ["first", "last"]
    assert "the ledger refuses the row of request poison" in caplog.text


def test_a_full_buffer_refuses_so_that_the_call_writes_for_itself(writer: DeferredWriter) -> None:
    waiting = row("waiting")
    assert all(writer.put(waiting) for _ in range(CAPACITY))
    assert not writer.put(waiting)
