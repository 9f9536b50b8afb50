"""The event feed: what one process changes, every other knows within two seconds, without a query per request.

`catch_up()` stands at the door of every authenticated call and asks the database at most once a second. It reads a
*window* of time, not "ids above the last one": on PostgreSQL ids commit out of order, so a cursor would step over
the event of a transaction that committed late. An event is written as the last statement of its transaction, and
the window is far longer than such a transaction may take.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.db.models.functions import Now

from portal.applications.models import FeedEvent

INTERVAL = 1.0
WINDOW = 60.0
KEPT = timedelta(days=30)
"""How long `manage.py prune` leaves events: longer than any process may sleep and then go on."""

Listener = Callable[[str], None]


class Feed:
    """This process's view of the feed."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = {}
        self._lock = threading.Lock()
        self._polled_at = float("-inf")
        self._seen: set[int] = set()

    def subscribe(self, topic: str, listener: Listener) -> None:
        """Call `listener(subject)` for every event of the topic that this process has not seen."""
        self._listeners.setdefault(topic, []).append(listener)

    def catch_up(self) -> None:
        """Read what is new, if the last look is over a second old.

        :raises DatabaseError: where the database does not answer; the caller must then refuse, not guess.
        """
        if time.monotonic() - self._polled_at < INTERVAL:
            return
        with self._lock:
            if time.monotonic() - self._polled_at >= INTERVAL:
                self._poll()

    def _poll(self) -> None:
        started = time.monotonic()
        slept = 0.0 if self._polled_at == float("-inf") else started - self._polled_at
        window = timedelta(seconds=WINDOW + slept)
        events = FeedEvent.objects.filter(at__gt=Now() - window).order_by("id")
        found = list(events.values_list("id", "topic", "subject"))
        for event_id, topic, subject in found:
            if event_id not in self._seen:
                for listener in self._listeners.get(topic, ()):
                    listener(subject)
        self._seen = {event_id for event_id, _, _ in found}
        self._polled_at = started

    def reset(self) -> None:
        """Forget everything, as a new process would."""
        with self._lock:
            self._polled_at = float("-inf")
            self._seen = set()


feed = Feed()


def publish(topic: str, subject: str) -> None:
    """Tell every process; call it as the last statement of the transaction that makes it true."""
    FeedEvent.objects.create(topic=topic, subject=subject)
