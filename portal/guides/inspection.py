"""A hard look at the HTML that a page became, before anybody else sees it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from portal.guides.sources import Source

LOOKS_LIKE_HTML = re.compile(r"<[a-zA-Z/!?]")
UNIQUE_SUFFIX = re.compile(r"(.+)_\d+")
COLOUR = re.compile(r'</?span(?: class="[a-z0-9]+")?>')
"""What colours code: most of a page's tags, and nothing to inspect. Any other tag in code is inspected."""
SCHEMES = {"", "http", "https", "mailto"}


@dataclass
class Inspection:
    """What a page links to, and which anchors it has."""

    links: list[str] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source, self.found, self.code = source, Inspection(), 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links and anchors; refuse what a page may not hold."""
        names = {name: value or "" for name, value in attrs}
        self.code += tag in {"code", "pre"}
        self._check(tag, names)
        if "id" in names:
            self.found.anchors.append(names["id"])
        if tag == "a":
            self.found.links.append(names.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of code."""
        self.code -= tag in {"code", "pre"}

    def handle_data(self, data: str) -> None:
        """Refuse raw HTML: it was escaped into text, and the writer meant something else."""
        raw = LOOKS_LIKE_HTML.search(data)
        if raw and not self.code:
            shown = data[raw.start() : raw.start() + 20].partition("\n")[0]
            raise self.source.fault_at(shown, f"raw HTML is not allowed here: {shown}")

    def _check(self, tag: str, names: Mapping[str, str]) -> None:
        for name in ("href", "src"):
            address = names.get(name, "")
            if urlsplit(address).scheme.lower() not in SCHEMES:
                raise self.source.fault_at(address, f"this address is not allowed: {address}")
            if name == "src" and address:
                raise self.source.fault_at(address, "images stand beside their text as `sequence` blocks")
        if name := next((name for name in names if name == "style" or name.startswith("on")), ""):
            raise self.source.fault_at(name, f"the attribute {name} is not allowed")
        if duplicate := UNIQUE_SUFFIX.fullmatch(names.get("id", "")):
            raise self.source.fault_at(duplicate[1], f"two headings have the anchor {duplicate[1]}")


def inspect(source: Source, html: str) -> Inspection:
    """Return links and anchors.

    :raises PageError: for raw HTML, scripts in links, images, inline styles and duplicate anchors.
    """
    reader = _Reader(source)
    reader.feed(COLOUR.sub("", html))
    reader.close()
    return reader.found
