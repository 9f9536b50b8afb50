"""Charts as the templates draw them in SVG: 100 wide, stretched to the room there is, and high in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.usage.figures import Figures, Tally

HEIGHT = 120
GAP = 0.22
SMALLEST = 2
"""A bar for one call among thousands can still be seen."""


@dataclass(frozen=True)
class Bar:
    """A day's bar, as paths: `good` below, `bad` on top of it; empty where there is none."""

    label: str
    good: str
    bad: str


@dataclass(frozen=True)
class Line:
    """A line through the days that have a value, as paths; where a day has none, it is broken."""

    kind: str
    stroke: str
    dots: str


@dataclass(frozen=True)
class Chart:
    """A chart with its scale (from the top) and its first, middle and last day."""

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
    days, total = found.by_day, found.total
    busiest = max(tally.calls for tally in days.values())
    top = nice(busiest)
    words = ngettext("%(number)s call in %(days)s days", "%(number)s calls in %(days)s days", total.calls)
    said = words % {"number": total.calls, "days": len(days)}
    if total.calls:
        best = max(days, key=lambda day: days[day].calls)
        said += ", " + _("most on %(day)s: %(calls)s") % {"day": _day(best), "calls": busiest}
    bars = [_bar(index, len(days), _label(day, tally), tally, top) for index, (day, tally) in enumerate(days.items())]
    return Chart("calls", _("Calls"), said, _scale(top), _ends(found.days), bars)


def _errors_chart(found: Figures) -> Chart:
    days, total = found.by_day, found.total
    top = nice(max(tally.errors for tally in days.values()))
    words = ngettext("%(number)s error in %(days)s days", "%(number)s errors in %(days)s days", total.errors)
    bars = [_block(index, len(days), 0, _height(tally.errors, top)) for index, tally in enumerate(days.values())]
    said = words % {"number": total.errors, "days": len(days)}
    return Chart("errors", _("Errors"), said, _scale(top), _ends(found.days), [Bar("", "", "".join(bars))])


def _latency_chart(found: Figures) -> Chart:
    days, total = found.by_day, found.total
    top = nice(max((tally.p95 or 0 for tally in days.values()), default=0))
    if total.median is None or total.p95 is None:
        said = _("No calls")
    else:
        said = _("Half of the calls took at most %(median)s, 95 of 100 at most %(p95)s.") % {
            "median": milliseconds(total.median),
            "p95": milliseconds(total.p95),
        }
    lines = [
        _line("p95", [tally.p95 for tally in days.values()], top),
        _line("median", [tally.median for tally in days.values()], top),
    ]
    scale = [milliseconds(top), milliseconds(top / 2), milliseconds(0)]
    return Chart("latency", _("Latency"), said, scale, _ends(found.days), lines=lines)


def _line(kind: str, values: Sequence[float | None], top: float) -> Line:
    stroke, dots, move = [], [], "M"
    for index, value in enumerate(values):
        if value is None:
            move = "M"
            continue
        place = f"{100 * (index + 0.5) / len(values):.3f} {HEIGHT - value / top * HEIGHT:.1f}"
        stroke.append(f"{move}{place}")
        dots.append(f"M{place}h0")
        move = "L"
    return Line(kind, "".join(stroke), "".join(dots))


def _bar(index: int, number: int, label: str, tally: Tally, top: float) -> Bar:
    good = _height(tally.good, top)
    return Bar(label, _block(index, number, 0, good), _block(index, number, good, _height(tally.errors, top)))


def _block(index: int, number: int, below: float, height: float) -> str:
    """Return the path of one day's block."""
    if not height:
        return ""
    band = 100 / number
    x, width = band * (index + GAP / 2), band * (1 - GAP)
    return f"M{x:.3f} {HEIGHT - below:.1f}v{-height:.1f}h{width:.3f}v{height:.1f}z"


def _label(day: date, tally: Tally) -> str:
    calls = ngettext("%(number)s call", "%(number)s calls", tally.calls) % {"number": tally.calls}
    errors = ngettext("%(number)s error", "%(number)s errors", tally.errors) % {"number": tally.errors}
    return f"{_day(day)}: {calls}, {errors}" if tally.errors else f"{_day(day)}: {calls}"


def _day(day: date) -> str:
    return date_format(day, "j M")


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
        return f"{number_format(value / 1000, decimal_pos=1)}\u00a0s"
    whole = value >= 10 or value == int(value)
    return f"{number_format(round(value, 0 if whole else 1), decimal_pos=0 if whole else 1)}\u00a0ms"


def nice(value: float) -> float:
    """Return the next larger of 1, 2, 4, 5 or 10 times a power of ten; a scale never ends below 2."""
    if value <= 2:
        return 2
    power = 10 ** (len(str(int(value))) - 1)
    return float(next(step * power for step in (1, 2, 4, 5, 10) if step * power >= value))
