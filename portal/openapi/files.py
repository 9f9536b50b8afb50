"""OpenAPI files, JSON or YAML, as plain values: reading one always ends, and recursion may walk what comes of it.

YAML is read as OpenAPI wants it: every key is text, and of values only `true`, `false`, `null` and numbers are more
than text (the JSON schema of YAML 1.2). A date, or the country `no`, is text.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

DEEPEST: Final = 250
"""Levels below which nothing is read."""
DEEPEST_WRITTEN: Final = 5_000
"""Levels beyond which a file is refused: readers take quadratic time over them."""
MOST: Final = 2_000_000
"""Values that a file may hold, each alias counted as what it stands for ("billion laughs")."""
LONG: Final = 64
"""Characters of a text that count as one value more."""
_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class UnreadableDocumentError(ValueError):
    """The file is no JSON and no YAML, or no object, or too large when its aliases are written out."""


def read(path: Path) -> dict[str, Any]:
    """Return the document in a file.

    :raises UnreadableDocumentError: saying why.
    :raises OSError: where there is no such file.
    """
    found = _value(path.read_bytes())
    if not isinstance(found, dict):
        raise UnreadableDocumentError("it is not an object")
    return found


def as_yaml(path: Path) -> bytes:
    """Return the document as YAML: the file as it is, if it is that."""
    written = path.read_bytes()
    if not _has_braces(written):
        return written
    text: str = yaml.dump(read(path), Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=120)
    return text.encode()


def as_json(path: Path) -> bytes:
    """Return the document as JSON."""
    return json.dumps(read(path), ensure_ascii=False, indent=2).encode()


def _has_braces(written: bytes) -> bool:
    return written.lstrip()[:1] == b"{"


def _value(written: bytes) -> Any:
    if _has_braces(written):
        try:
            found = json.loads(written, parse_int=_number, parse_float=_number, parse_constant=str)
            return _plain(found)
        except (ValueError, RecursionError):
            pass  # YAML in braces, or deeper than that reader goes
    try:
        return _Builder().build(yaml.parse(written, yaml.CSafeLoader))
    except (yaml.YAMLError, UnicodeError) as exc:
        raise UnreadableDocumentError(" ".join(str(exc).split())) from exc


def _plain(found: Any, depth: int = 0) -> Any:
    """Return what a JSON reader gave, cut where it is too deep."""
    if isinstance(found, str):
        return _text(found)
    if isinstance(found, dict):
        return {_text(key): _plain(each, depth + 1) for key, each in found.items()} if depth < DEEPEST else None
    if isinstance(found, list):
        return [_plain(each, depth + 1) for each in found] if depth < DEEPEST else None
    return found


def _text(found: str) -> str:
    """Return text that can be written as UTF-8 and stand in HTML."""
    return _UNPRINTABLE.sub("\ufffd", found)


def _number(written: str) -> Any:
    """Return a number, or its text where Python's types cannot hold it."""
    if _WHOLE.match(written) and len(written) <= 300:
        return int(written)
    number = float(written)
    return written if number in (float("inf"), float("-inf")) else number


@dataclass(slots=True)
class _Open:
    """A list or an object that has begun, with how many values and levels are in it so far."""

    value: dict[str, Any] | list[Any] | None
    anchor: str | None
    size: int = 1
    height: int = 1
    key: Any = None
    has_key: bool = False
    merged: list[dict[str, Any]] = field(default_factory=list)

    @property
    def awaits_key(self) -> bool:
        """Say whether the next value is a name in an object."""
        return not isinstance(self.value, list) and not self.has_key

    def add(self, value: Any) -> None:
        """Put the next value in: of an object the names and their values come in turn."""
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.awaits_key:
            self.key, self.has_key = value, True
        else:
            self.has_key = False
            if self.key == "<<" and isinstance(value, dict | list):
                parts = value if isinstance(value, list) else [value]
                self.merged += [each for each in parts if isinstance(each, dict)]
            elif self.value is not None:
                self.value[self.key if isinstance(self.key, str) else json.dumps(self.key)[:100]] = value


class _Builder:
    """Builds the first document of a YAML stream without recursion, so that no depth can exhaust the stack."""

    def __init__(self) -> None:
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._stack = [_Open([], None)]

    def build(self, events: Iterator[yaml.Event]) -> Any:
        """Return what the events say."""
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                found = _text(event.value) if self._stack[-1].awaits_key else _scalar(event)
                self._add(found, 1 + len(event.value) // LONG, 0, event.anchor)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._open(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                closed = self._stack.pop()
                self._add(_whole(closed), closed.size, closed.height, closed.anchor)
            elif isinstance(event, yaml.AliasEvent):
                # What stands in itself has no end, so it is nothing there.
                value, size, height = self._anchors.get(event.anchor or "", (None, 1, 0))
                is_too_deep = len(self._stack) + height > DEEPEST
                self._add(*(None, 1, 0) if is_too_deep else (value, size, height))
            elif isinstance(event, yaml.DocumentEndEvent):
                break
        built = self._stack[0].value
        return built[0] if isinstance(built, list) and built else None

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        depth = len(self._stack)
        if depth > DEEPEST_WRITTEN:
            raise UnreadableDocumentError(f"it has more than {DEEPEST_WRITTEN} levels")
        empty: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._stack.append(_Open(empty if depth <= DEEPEST else None, event.anchor))

    def _add(self, value: Any, size: int, height: int, anchor: str | None = None) -> None:
        if anchor:
            self._anchors[anchor] = (value, size, height)
        opened = self._stack[-1]
        opened.size += size
        opened.height = max(opened.height, height + 1)
        if opened.size > MOST:
            raise UnreadableDocumentError(f"with its aliases written out it holds more than {MOST} values")
        opened.add(value)


def _whole(closed: _Open) -> Any:
    if not closed.merged:
        return closed.value
    found: dict[str, Any] = {}
    for each in [*reversed(closed.merged), closed.value]:
        found |= each if isinstance(each, dict) else {}
    return found


def _scalar(event: yaml.ScalarEvent) -> Any:
    written: str = event.value
    if not event.implicit[0] or event.style:
        return _text(written)
    if written in _WORDS:
        return _WORDS[written]
    return _number(written) if _DECIMAL.match(written) else _text(written)
