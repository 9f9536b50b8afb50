"""What the worker does for this room."""

from threading import Event

from portal.usage.counting import count


def count_calls(stopping: Event | None = None) -> None:
    """Count the ledger by hour and day, so that usage pages need not read it all."""
    count(stopping=stopping)
