"""The ledger's writer: no row is lost, and one that cannot be written holds up no other."""

import pytest
from django.db import DataError, IntegrityError, InterfaceError, connection
from django.utils import timezone

from portal.audit import writer as module
from portal.audit.insert import insert as write
from portal.audit.models import ApiCall
from portal.audit.writer import CAPACITY, LedgerWriter


@pytest.fixture
def writer(db: None, monkeypatch: pytest.MonkeyPatch) -> LedgerWriter:
    """Return a writer whose thread never runs; the tests flush."""
    monkeypatch.setattr("threading.Thread.start", lambda _thread: None)
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(module, "Finalize", lambda *_args, **_kwargs: None)
    return LedgerWriter()


def row(request_id: str) -> ApiCall:
    """Return an unsaved row."""
    return ApiCall(at=timezone.now(), request_id=request_id, method="POST", outcome="denied", status=401, duration_us=1)


def written() -> list[str]:
    """Return the request ids in the ledger."""
    return list(ApiCall.objects.order_by("pk").values_list("request_id", flat=True))


def failing(monkeypatch: pytest.MonkeyPatch, fault: type[Exception], request_id: str = "") -> None:
    """Let the database refuse every batch, or those with this request id."""

    def insert(rows: list[ApiCall]) -> None:
        if not request_id or any(one.request_id == request_id for one in rows):
            raise fault
        write(rows)

    monkeypatch.setattr(module, "insert", insert)


def test_rows_are_written_in_order_and_once(writer: LedgerWriter) -> None:
    for number in range(1200):
        writer.write_later(row(str(number)))
    writer.flush()
    writer.flush()
    assert written() == [str(number) for number in range(1200)]


@pytest.mark.parametrize("fault", [InterfaceError, DataError.__mro__[1]])
def test_rows_wait_while_the_database_is_away(
    writer: LedgerWriter, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    writer.write_later(row("first"))
    with monkeypatch.context() as away:
        failing(away, fault)
        writer.flush()
    writer.write_later(row("second"))
    writer.flush()
    assert written() == ["first", "second"]


@pytest.mark.parametrize("fault", [DataError, IntegrityError])
def test_a_row_that_can_never_be_written_is_logged_and_holds_up_no_other(
    writer: LedgerWriter,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: type[Exception],
) -> None:
    failing(monkeypatch, fault, "poison")
    for request_id in ("first", "poison", "last"):
        writer.write_later(row(request_id))
    writer.flush()
    assert written() == ["first", "last"]
    assert "the ledger refuses the row of request poison" in caplog.text


def test_a_row_that_is_waited_for_is_written_before_its_call_goes_on(
    writer: LedgerWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_put", lambda entry: writer._write([entry]))
    writer.write(row("awaited"))
    assert written() == ["awaited"]
    failing(monkeypatch, InterfaceError)
    with pytest.raises(InterfaceError):
        writer.write(row("refused"))
    assert written() == ["awaited"]


def test_a_full_line_makes_calls_wait(writer: LedgerWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[ApiCall] = []
    monkeypatch.setattr(writer, "write", waited.append)
    one = row("one")
    for _ in range(CAPACITY):
        writer.write_later(one)
    assert not waited
    writer.write_later(one)
    assert waited == [one]
