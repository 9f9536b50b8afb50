"""What is shown of an entry: the words that were looked for, marked, with what stands around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from portal.search.words import PART, Word, fold, parts_of, singular

BEFORE: Final = 40
"""Characters of a snippet before the first word that is marked."""
JOINED: Final = frozenset("_:./- ")


@dataclass(frozen=True)
class Mark:
    """A place in a text, and which of the words it shows."""

    start: int
    end: int
    word: str


def marked(text: str, asked: Sequence[Word]) -> SafeString:
    """Return the text as HTML with every word marked that was looked for."""
    return _html(text, _marks(text, asked))


def snippet(text: str, asked: Sequence[Word], length: int) -> SafeString:
    """Return the part of the text, as HTML, in which most of the words stand; its beginning where none does."""
    found = _marks(text, asked)
    start = _start(found, length)
    start = 0 if start <= BEFORE else text.rfind(" ", 0, start - BEFORE) + 1
    end = len(text) if len(text) <= start + length else max(text.rfind(" ", start, start + length), start + length // 2)
    inside = [
        Mark(one.start - start, one.end - start, one.word) for one in found if start <= one.start and one.end <= end
    ]
    return format_html("{}{}{}", "… " if start else "", _html(text[start:end], inside), " …" if end < len(text) else "")


def _start(found: Sequence[Mark], length: int) -> int:
    """Return where the stretch begins that shows most of the words."""
    best, most = 0, 0
    for number, first in enumerate(found[:50]):
        shown = len({one.word for one in found[number : number + 50] if one.end <= first.start + length - BEFORE})
        if shown > most:
            best, most = first.start, shown
    return best


def _marks(text: str, asked: Sequence[Word]) -> list[Mark]:
    parts = {part for word in asked for part in word.parts}
    wanted = {form: part for part in parts for form in (part, *singular(part))}
    begun = tuple(part for part in parts if len(part) > 3 or part == asked[-1].parts[-1])
    return [
        Mark(piece.start(), piece.end(), word)
        for piece in PART.finditer(text)
        if (word := _shown(piece[0], wanted, begun))
    ]


def _shown(piece: str, wanted: dict[str, str], begun: tuple[str, ...]) -> str:
    """Return which of the words a piece of text shows, empty where it is none."""
    for part in parts_of(piece) if not piece.islower() else (fold(piece),):
        for form in (part, *singular(part)):
            if form in wanted:
                return wanted[form]
        if part.startswith(begun):
            return next(each for each in begun if part.startswith(each))
    return ""


def _html(text: str, found: Sequence[Mark]) -> SafeString:
    html, at = SafeString(), 0
    for start, end in _together(text, found):
        html += format_html("{}<mark>{}</mark>", text[at:start], text[start:end])
        at = end
    return html + escape(text[at:])


def _together(text: str, found: Sequence[Mark]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for one in found:
        if spans and set(text[spans[-1][1] : one.start]) <= JOINED and one.start - spans[-1][1] <= 1:
            spans[-1] = (spans[-1][0], one.end)
        else:
            spans.append((one.start, one.end))
    return spans
