"""Examples of bodies, all kinds of them, no more and no longer than a page can show."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from portal.openapi.documents import Document, Mapped, as_dict, as_list
from portal.reference.forms import text
from portal.reference.keywords import as_json

LONGEST: Final = 20_000
"""Characters of an example that is shown; longer ones are cut, with a word about it."""
LONGEST_OF_PAGE: Final = 200_000
"""Characters after which a page shows the beginning of further examples alone."""
LONGEST_THEN: Final = 1_000
MOST: Final = 20


@dataclass(frozen=True)
class Example:
    """A value as it is sent, in `language` (a name of Pygments)."""

    name: str
    summary: str
    text: str
    language: str
    is_cut: bool


class Examples:
    """The examples of one page, which share what may be shown."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._shown = 0

    def of(self, media_type: str, media: Mapped) -> Iterator[Example]:
        """Yield the examples of a body; where it has none of its own, those of its schema."""
        found = list(islice(self._named(as_dict(media.get("examples"))), MOST))
        if not found and "example" in media:
            found = [("example", "", media["example"])]
        if not found:
            found = list(islice(self._of_schema(media.get("schema")), 3))
        for name, summary, value in found:
            yield self._example(name[:200], summary[:500], value, media_type)

    def _named(self, found: Mapped) -> Iterator[tuple[str, str, Any]]:
        for name, raw in found.items():
            example = self._document.follow(raw)
            summary = text(example.get("summary")) or name
            if "value" in example:
                yield name, summary, example["value"]
            elif "externalValue" in example:
                yield name, summary, text(example["externalValue"])

    def _of_schema(self, schema: Any) -> Iterator[tuple[str, str, Any]]:
        followed = self._document.follow(schema)
        values = [followed["example"]] if "example" in followed else as_list(followed.get("examples"))
        for number, value in enumerate(values, 1):
            yield f"example-{number}", "", value

    def _example(self, name: str, summary: str, value: Any, media_type: str) -> Example:
        longest = LONGEST if self._shown < LONGEST_OF_PAGE else LONGEST_THEN
        written = value if isinstance(value, str) else as_json(value, longest + 1, indent=2)
        self._shown += min(len(written), longest)
        return Example(name, summary, written[:longest], _language(media_type, value), len(written) > longest)


def _language(media_type: str, value: Any) -> str:
    if not isinstance(value, str) or ("json" in media_type and value[:1] in ("{", "[")):
        return "json"
    return "xml" if "xml" in media_type else "text"
