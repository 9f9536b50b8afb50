"""Values that a call takes from the answer of an earlier one: `$person.health_id`, `$batch.items[0].stored.id`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

WRITTEN = re.compile(r"\$([a-z][a-z0-9_]*)((?:\.[A-Za-z_]\w*|\[\d{1,3}\])+)", re.ASCII)
PART = re.compile(r"\.(\w+)|\[(\d+)\]")


class Reference(str):
    """The text at a place of the answer that is called `name`; it stands for it itself, as `{person.health_id}`."""

    __slots__ = ("name", "path")

    name: str
    path: tuple[str | int, ...]

    def __new__(cls, name: str, path: Iterable[str | int]) -> "Reference":
        """Make one; the path has names of fields and indexes in lists."""
        path = tuple(path)
        places = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        self = super().__new__(cls, f"{{{name}{''.join(places)}}}")
        self.name, self.path = name, path
        return self

    @property
    def place(self) -> str:
        """Return it as `person.items[0].id`."""
        return self[1:-1]

    @property
    def written(self) -> str:
        """Return it as a guide writes it."""
        return f"${self.place}"

    def value_in(self, answer: Any) -> str:
        """Return the value.

        :raises LookupError: where the answer has no text there.
        """
        found = answer
        for part in self.path:
            try:
                found = found[part]
            except TypeError:  # null, or something else that holds nothing
                found = None
        if isinstance(found, str):
            return found
        raise LookupError(f"{self.written}: this answer has no text there")


def read(text: str) -> Reference | None:
    """Return the reference that a text is as a guide writes it, None where it is none."""
    match = WRITTEN.fullmatch(text)
    if match is None:
        return None
    return Reference(match[1], (name or int(index) for name, index in PART.findall(match[2])))


def references(value: Any) -> Iterator[Reference]:
    """Yield every reference in a value, in order."""
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from references(inner)


def filled(value: Any, answers: Mapping[str, Any]) -> Any:
    """Return the value with every reference replaced from the answers, which stand by their names.

    :raises LookupError: where an answer does not have it.
    """
    match value:
        case Reference():
            return value.value_in(answers[value.name])
        case Mapping():
            return {name: filled(inner, answers) for name, inner in value.items()}
        case list() | tuple():
            return [filled(inner, answers) for inner in value]
    return value


def pieces(text: str, among: Iterable[Reference]) -> list[str]:
    """Return a text in pieces: the references that stand in it, and what is between them."""
    known = {str(each): each for each in among}
    if not known:
        return [text]
    parts = re.split("(" + "|".join(map(re.escape, known)) + ")", text)
    return [known.get(part, part) for part in parts if part]
