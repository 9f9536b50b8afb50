"""The request log: pages of an application's rows in the ledger, the newest first.

A page is found by an index. With filters, at most `READ` rows are looked through for one page; where that was not
enough, the page says how far it looked, and its link goes on from there. The counts by hour and day say where the next
fitting call can be, so the link leaps over months in which there is none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.db.models import DateTimeField, OuterRef, Q, QuerySet, Subquery

from portal.audit.models import ApiCall
from portal.usage.forms import LogForm
from portal.usage.models import CountedCalls, Progress

PAGE = 50
READ = 10_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Place:
    """Where a call stands in the log: when it arrived, and its request id. In addresses: `<microseconds>-<request id>`.

    The row's own id would tell everybody how many calls there are in all.
    """

    at: datetime
    request_id: str

    @classmethod
    def of(cls, call: ApiCall) -> Self:
        """Return the place of this call."""
        return cls(call.at, call.request_id)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the place that the text means, or None."""
        found = re.fullmatch(r"(\d{1,17})-([A-Za-z0-9._-]{0,64})", text)
        return cls(EPOCH + int(found[1]) * MICROSECOND, found[2]) if found else None

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.request_id}"

    def older(self) -> Q:
        """Return what comes after it in the log. The first part is what the index understands."""
        return Q(at__lte=self.at) & (Q(at__lt=self.at) | Q(request_id__lt=self.request_id))

    def newer(self) -> Q:
        """Return what comes before it in the log."""
        return Q(at__gte=self.at) & (Q(at__gt=self.at) | Q(request_id__gt=self.request_id))


@dataclass(frozen=True)
class Page:
    """Calls, the newest first. Rows older than `looked_back_to` were not looked at; the search goes on at `next`."""

    calls: Sequence[ApiCall]
    newer: Place | None = None
    older: Place | None = None
    looked_back_to: datetime | None = None
    next: Place | None = None


def calls_of(application_id: int) -> QuerySet[Any]:
    """Return an application's rows."""
    return ApiCall.objects.filter(application_id=application_id)


def latest(application_id: int, number: int) -> list[ApiCall]:
    """Return the newest calls. One query."""
    return list(calls_of(application_id).order_by("-at", "-request_id")[:number])


def issuers(application_id: int, calls: Sequence[ApiCall]) -> dict[str, str]:
    """Return which credential obtained the tokens that were refused to these calls, as far as `READ` rows tell.

    The refused calls themselves do not name it in the ledger: they are no use of it. No query where there are none.
    """
    refused = [call for call in calls if call.token_id and not call.credential]
    if not refused:
        return {}
    newest = max(call.at for call in refused)
    looked = calls_of(application_id).filter(at__lte=newest).order_by("-at").values("pk")[:READ]
    tokens = {call.token_id for call in refused}
    found = ApiCall.objects.filter(pk__in=looked, token_id__in=tokens).exclude(credential="")
    return dict(found.values_list("token_id", "credential"))


def page_before(application_id: int, form: LogForm, place: Place | None) -> Page:
    """Return the page of calls older than the place, or the first. One query, two where filters leave few."""
    base = _base(application_id, form)
    base = base.filter(place.older()) if place else base
    narrow = form.counted() & form.uncounted()
    if not narrow:
        return _page(list(base.order_by("-at", "-request_id")[: PAGE + 1]), place)
    edge, before = _beyond(application_id, base, form)
    rows = base.filter(narrow, at__gt=edge) if edge else base.filter(narrow)
    found = list(rows.order_by("-at", "-request_id")[: PAGE + 1])
    if len(found) > PAGE or before is None:
        return _page(found, place)
    return Page(found, newer=_first(found, place), looked_back_to=edge, next=Place(before, ""))


def page_after(application_id: int, form: LogForm, place: Place) -> Page | None:
    """Return the page of calls newer than the place, None where that is the first page. One query, or two.

    With filters it looks through `READ` rows at most, too: then it is the first page that is shown.
    """
    base = _base(application_id, form).filter(place.newer())
    if narrow := form.counted() & form.uncounted():
        end = base.order_by("at").values_list("at", flat=True)[READ : READ + 1].first()
        base = base.filter(narrow, at__lt=end) if end else base.filter(narrow)
    found = list(base.order_by("at", "request_id")[: PAGE + 1])
    if len(found) <= PAGE:
        return None
    calls = found[PAGE - 1 :: -1]
    return Page(calls, newer=Place.of(calls[0]), older=Place.of(calls[-1]))


def _base(application_id: int, form: LogForm) -> QuerySet[Any]:
    """Return the rows that one index finds: an application's, or those of one of its credentials."""
    credential = form.indexed()
    rows = ApiCall.objects.filter(credential) if credential else calls_of(application_id)
    return rows.filter(form.bounds())


def _page(found: list[ApiCall], place: Place | None) -> Page:
    calls = found[:PAGE]
    older = Place.of(calls[-1]) if len(found) > PAGE else None
    return Page(calls, newer=_first(calls, place), older=older)


def _first(calls: Sequence[ApiCall], place: Place | None) -> Place | None:
    """Return where the newer calls begin, None on the first page."""
    return place and (Place.of(calls[0]) if calls else place)


def _beyond(application_id: int, base: QuerySet[Any], form: LogForm) -> tuple[datetime | None, datetime | None]:
    """Return the time of the first row that is not looked at, None where all are; and before when to go on.

    Its own query, so that the next one names the time and PostgreSQL can tell how few rows that leaves.
    """
    edges = base.order_by("-at").values("at")[READ : READ + 1]
    counted = CountedCalls.objects.filter(form.counted(), application_id=application_id)
    newest = counted.filter(since__lte=OuterRef("edge"), until__lte=OuterRef("counted_until")).order_by("-since")
    progress = Progress.objects.annotate(edge=Subquery(edges, output_field=DateTimeField()))
    progress = progress.annotate(leap=Subquery(newest.values("until")[:1]))
    found = progress.values_list("edge", "counted_until", "leap").first()
    edge, counted_until, leap = found or (edges.values_list("at", flat=True).first(), None, None)
    if edge is None:
        return None, None
    here = edge + MICROSECOND  # the edge itself has not been looked at
    if counted_until is None or edge >= counted_until:
        return edge, here
    since = form.cleaned_data["since"]
    return edge, (min(here, leap) if leap and not (since and leap <= since) else None)
