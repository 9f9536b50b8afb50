"""`sequence` blocks: who sends what to whom, as an SVG that can be read without being seen."""

import re
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

STEP = re.compile(r"(?P<sender>[^:>]+?)\s*->\s*(?P<receiver>[^:>]+?)\s*:\s*(?P<label>.+)")
COLUMN, ROW, TOP = 252, 48, 56
HALF_CHARACTER = 4.2


@dataclass(frozen=True)
class Step:
    """One arrow. Lengths are in SVG user units."""

    sender: str
    receiver: str
    label: str
    start: int
    end: int
    middle: int
    baseline: int
    y: int


def draw(title: str, body: str, identifier: str) -> SafeString:
    """Return the diagram.

    :raises ValueError: where a line is not `sender -> receiver: label`.
    """
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    matches = [STEP.fullmatch(line) for line in lines]
    if not lines or None in matches:
        raise ValueError("every line of a sequence is `sender -> receiver: label`")
    found = [match.groupdict() for match in matches if match]
    people = list(dict.fromkeys(name for step in found for name in (step["sender"], step["receiver"])))
    margin = max(52, int(HALF_CHARACTER * max(len(people[0]), len(people[-1]))) + 8)
    centre = {name: margin + COLUMN * index for index, name in enumerate(people)}
    steps = [_step(step, centre, TOP + ROW * (number + 1)) for number, step in enumerate(found)]
    context = {
        "id": identifier,
        "title": title,
        "steps": steps,
        "people": [(name, centre[name]) for name in people],
        "width": 2 * margin + COLUMN * (len(people) - 1),
        "height": TOP + ROW * len(steps) + 24,
        "lifeline": TOP + ROW * len(steps) + 16,
    }
    return render_to_string("guides/sequence.html", context)


def _step(step: dict[str, str], centre: dict[str, int], y: int) -> Step:
    start, end = centre[step["sender"]], centre[step["receiver"]]
    tip = end - 6 if end > start else end + 6
    return Step(**step, start=start, end=tip, middle=(start + end) // 2, baseline=y - 8, y=y)
