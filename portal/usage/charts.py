"""Charts as the templates draw them in SVG: places in percent of the width and in pixels of the height."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.usage.figures import Figures, Tally

HEIGHT = 120
GAP = 0.22
SMALLEST = 2
"""A bar for one call among thousands can still be seen."""


@dataclass(frozen=True)
class Bar:
    """A day's bar: `good` below, `bad` on top of it, both in pixels."""

    x: str
    width: str
    label: str
    good: float
    bad: float

    @property
    def good_y(self) -> float:
        """Return where the lower part begins, from the top."""
        return HEIGHT - self.good

    @property
    def bad_y(self) -> float:
        """Return where the upper part begins, from the top."""
        return HEIGHT - self.good - self.bad


@dataclass(frozen=True)
class Point:
    """A day's point of a line."""

    x: str
    y: float
    label: str


@dataclass(frozen=True)
class Line:
    """A line through the days that have a value; where a day has none, it is broken."""

    kind: str
    points: Sequence[Point]
    segments: Sequence[tuple[Point, Point]]


@dataclass(frozen=True)
class Chart:
    """A chart with its scale (from the top) and its days."""

    kind: str
    title: str
    description: str
    scale: Sequence[str]
    ends: Sequence[date]
    bars: Sequence[Bar] = ()
    lines: Sequence[Line] = ()
    height: int = HEIGHT


def charts(found: Figures) -> list[Chart]:
    """Return the three charts of the usage page."""
    return [calls_chart(found), _errors_chart(found), _latency_chart(found)]


def calls_chart(found: Figures) -> Chart:
    """Return calls by day, those with an error on top."""
    days, total = found.by_day(), found.total
    busiest = max(tally.calls for tally in days.values())
    top = nice(busiest)
    words = ngettext("%(number)s call in %(days)s days", "%(number)s calls in %(days)s days", total.calls)
    said = words % {"number": total.calls, "days": len(days)}
    if total.calls:
        best = max(days, key=lambda day: days[day].calls)
        said += ", " + _("most on %(day)s: %(calls)s") % {"day": _day(best), "calls": busiest}
    bars = [
        Bar(x, width, _label(day, tally), _height(tally.good, top), _height(tally.errors, top))
        for (day, tally), (x, width) in zip(days.items(), _places(len(days)), strict=True)
    ]
    return Chart("calls", _("Calls"), said, _scale(top), _ends(found.days), bars)


def _errors_chart(found: Figures) -> Chart:
    days, total = found.by_day(), found.total
    top = nice(max(tally.errors for tally in days.values()))
    words = ngettext("%(number)s error in %(days)s days", "%(number)s errors in %(days)s days", total.errors)
    bars = [
        Bar(x, width, _label(day, tally), 0, _height(tally.errors, top))
        for (day, tally), (x, width) in zip(days.items(), _places(len(days)), strict=True)
    ]
    said = words % {"number": total.errors, "days": len(days)}
    return Chart("errors", _("Errors"), said, _scale(top), _ends(found.days), bars)


def _latency_chart(found: Figures) -> Chart:
    days, total = found.by_day(), found.total
    top = nice(max((tally.p95 or 0 for tally in days.values()), default=0))
    if total.median is None or total.p95 is None:
        said = _("No calls")
    else:
        said = _("Half of the calls took at most %(median)s, 95 of 100 at most %(p95)s.") % {
            "median": milliseconds(total.median),
            "p95": milliseconds(total.p95),
        }
    lines = [_line(kind, days.items(), read, top) for kind, read in (("p95", _p95), ("median", _median))]
    scale = [milliseconds(top), milliseconds(top / 2), milliseconds(0)]
    return Chart("latency", _("Latency"), said, scale, _ends(found.days), lines=lines)


def _median(tally: Tally) -> float | None:
    return tally.median


def _p95(tally: Tally) -> float | None:
    return tally.p95


def _line(kind: str, days: object, read: Callable[[Tally], float | None], top: float) -> Line:
    entries = list(days)  # type: ignore[call-overload]
    band = 100 / len(entries)
    points: list[Point | None] = []
    for number, (day, tally) in enumerate(entries):
        value = read(tally)
        label = "" if value is None else f"{_day(day)}: {milliseconds(value)}"
        points.append(
            None if value is None else Point(f"{band * (number + 0.5):.3f}%", HEIGHT - value / top * HEIGHT, label)
        )
    segments = [(one, two) for one, two in pairwise(points) if one and two]
    return Line(kind, [point for point in points if point], segments)


def _label(day: date, tally: Tally) -> str:
    calls = ngettext("%(number)s call", "%(number)s calls", tally.calls) % {"number": tally.calls}
    errors = ngettext("%(number)s error", "%(number)s errors", tally.errors) % {"number": tally.errors}
    return f"{_day(day)}: {calls}, {errors}" if tally.errors else f"{_day(day)}: {calls}"


def _day(day: date) -> str:
    return date_format(day, "j M")


def _places(number: int) -> Iterator[tuple[str, str]]:
    band = 100 / number
    for index in range(number):
        yield f"{band * (index + GAP / 2):.3f}%", f"{band * (1 - GAP):.3f}%"


def _height(value: int, top: float) -> float:
    return max(round(value / top * HEIGHT, 1), SMALLEST) if value else 0


def _ends(days: Sequence[date]) -> list[date]:
    return [days[0], days[len(days) // 2], days[-1]]


def _scale(top: float) -> list[str]:
    return [_number(top), _number(top / 2), "0"]


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f") if value == int(value) else f"{value:.1f}"


def milliseconds(value: float) -> str:
    """Return a duration as people read it."""
    if value >= 1000:
        return f"{value / 1000:.1f}\u00a0s"
    return f"{value:.0f}\u00a0ms" if value >= 10 or value == int(value) else f"{value:.1f}\u00a0ms"


def nice(value: float) -> float:
    """Return the next larger of 1, 2, 4, 5 or 10 times a power of ten; a scale never ends below 2."""
    if value <= 2:
        return 2
    power = 10 ** (len(str(int(value))) - 1)
    return float(next(step * power for step in (1, 2, 4, 5, 10) if step * power >= value))
