"""The states of an access request as a picture and as text, both drawn from the table of moves."""

from dataclasses import dataclass
from typing import Final

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.approvals.states import MOVES, OPEN, Move, State

WIDTH, HEIGHT, HALF, TALL = 900, 368, 74, 20
"""Of the picture, and of half a box. SVG user units, as are all places below."""

CENTRES: Final = {
    State.DRAFT: (80, 130),
    State.SUBMITTED: (290, 130),
    State.IN_REVIEW: (500, 130),
    State.CHANGES_REQUESTED: (500, 230),
    State.APPROVED: (740, 40),
    State.APPROVED_IN_PART: (740, 130),
    State.DECLINED: (740, 220),
    State.WITHDRAWN: (290, 330),
    State.EXPIRED: (740, 330),
}

ROUTES: Final = {
    (State.DRAFT, State.SUBMITTED): ("M154 130H216", (185, 122, "middle")),
    (State.SUBMITTED, State.IN_REVIEW): ("M364 122H426", (395, 114, "middle")),
    (State.IN_REVIEW, State.SUBMITTED): ("M426 140H364", (395, 158, "middle")),
    (State.IN_REVIEW, State.CHANGES_REQUESTED): ("M484 150V210", (476, 186, "end")),
    (State.CHANGES_REQUESTED, State.IN_REVIEW): ("M516 210V150", (524, 186, "start")),
    (State.IN_REVIEW, State.APPROVED): ("M540 110V40H666", (610, 32, "middle")),
    (State.IN_REVIEW, State.APPROVED_IN_PART): ("M574 124H666", (620, 116, "middle")),
    (State.IN_REVIEW, State.DECLINED): ("M574 138H640V220H666", (634, 202, "end")),
    (State.DRAFT, State.WITHDRAWN): ("M80 150V330H216", (150, 322, "middle")),
    (State.SUBMITTED, State.WITHDRAWN): ("M290 150V310", (282, 262, "end")),
    (State.IN_REVIEW, State.WITHDRAWN): ("M440 150V168H345V310", (353, 262, "start")),
    (State.CHANGES_REQUESTED, State.WITHDRAWN): ("M500 250V330H364", (432, 322, "middle")),
    (State.CHANGES_REQUESTED, State.EXPIRED): ("M540 250V330H666", (604, 322, "middle")),
    (State.APPROVED, State.EXPIRED): ("M814 40H850V330H814", (844, 90, "end")),
    (State.APPROVED_IN_PART, State.EXPIRED): ("M814 130H850V330H814", (844, 280, "end")),
}
"""How each arrow runs, and where its label stands."""


@dataclass(frozen=True)
class Arrow:
    """One move from one state."""

    move: Move
    source: State
    path: str
    x: int
    y: int
    anchor: str


def steps() -> list[tuple[Move, State]]:
    """Return each move with each state that it starts from."""
    return [(move, source) for move in MOVES for source in move.sources]


def said() -> list[str]:
    """Return each move as a line of text."""
    return [f"{source.label} → {move.target.label}: {move.label} ({move.side.label})" for move, source in steps()]


def draw(identifier: str) -> SafeString:
    """Return the picture as HTML; what it shows stands in it as text too.

    :raises KeyError: where the table has a move for which no route is drawn.
    """
    context = {
        "id": identifier,
        "title": _("The states of a request"),
        "lines": said(),
        "width": WIDTH,
        "height": HEIGHT,
        "arrows": [_arrow(move, source) for move, source in steps()],
        "boxes": [
            {"label": state.label, "x": x, "y": y, "left": x - HALF, "top": y - TALL, "is_open": state in OPEN}
            for state, (x, y) in CENTRES.items()
        ],
        "box": {"width": 2 * HALF, "height": 2 * TALL},
    }
    return render_to_string("production/states.html", context)


def mermaid() -> str:
    """Return the same for tools that draw text."""
    lines = [f"    {source.value} --> {move.target.value}: {move.verb} ({move.side.value})" for move, source in steps()]
    return "\n".join(["stateDiagram-v2", "    [*] --> draft", *lines])


def _arrow(move: Move, source: State) -> Arrow:
    path, (x, y, anchor) = ROUTES[source, move.target]
    return Arrow(move, source, path, x, y, anchor)
