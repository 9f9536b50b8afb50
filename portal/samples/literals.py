"""Values as they stand in source code.

What one can see stays as it is; what one cannot is escaped, so that a sample survives every clipboard.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.samples.references import Reference


@dataclass(frozen=True)
class Notation:
    """How a language writes nested values, an entry a line."""

    indent: str
    null: str
    true: str
    false: str
    text: Callable[[str], str]
    entry: Callable[[str], str]
    mapping: Callable[[Mapping[str, Any]], tuple[str, str]]
    reference: Callable[[Reference], str]

    def write(self, value: object) -> str:
        """Return the value in this notation."""
        match value:
            case Reference():
                return self.reference(value)
            case None:
                return self.null
            case bool():
                return self.true if value else self.false
            case str():
                return self.text(value)
            case Mapping():
                opening, closing = self.mapping(value)
                entries = (self.entry(name) + self.write(inner) for name, inner in value.items())
                return self._enclosed(opening, entries, closing)
            case list() | tuple():
                return self._enclosed("[", map(self.write, value), "]")
        return repr(value)  # numbers look the same everywhere

    def _enclosed(self, opening: str, entries: Iterable[str], closing: str) -> str:
        # Only line ends of the code are indented: those of texts are escaped.
        lines = [f"{entry},".replace("\n", f"\n{self.indent}") for entry in entries]
        return "".join([opening, *(f"\n{self.indent}{line}" for line in lines), "\n" if lines else "", closing])


LONGEST = 60_000
"""Bytes of a text in one piece: Java takes 65,535, a command of a shell twice as many."""


def json_text(value: object) -> str:
    """Return the value as JSON: indented, unless that is too long to be written in one piece."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if len(text.encode()) > LONGEST:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return re.sub(r"[^ -~\n]", lambda found: _shown(found[0], json.dumps(found[0])[1:-1]), text)


def camel_case(name: str) -> str:
    """Return a name as JavaScript, PHP and Java would write it."""
    return re.sub(r"_(\w)", lambda letter: letter[1].upper(), name)


def escaped(text: str, special: str) -> str:
    """Return the text with its `special` characters escaped, and unseen ones as PHP and JavaScript do."""
    return "".join(
        f"\\{character}" if character in special else _shown(character, _braced(character)) for character in text
    )


def _shown(character: str, escape: str) -> str:
    return character if character.isprintable() else escape


def _braced(character: str) -> str:
    return {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(character, f"\\u{{{ord(character):x}}}")
