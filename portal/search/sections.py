"""A page's HTML as sections of plain text, each from one heading to the next."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

HEADINGS = {"h2", "h3"}
BREAKS = {"p", "li", "pre", "tr", "h4", "dt", "dd", "figure", "summary"}
CELLS = {"td", "th"}
SKIPPED = {"svg", "button", "script", "style"}
SAMPLES = {"pre", "code-group"}
PERSONAL = "own-note"
"""What is not there for everybody."""


@dataclass
class Section:
    """What stands below one heading. `text` is what is read there, `code` are the samples."""

    anchor: str = ""
    title: str = ""
    pieces: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the text on one line."""
        return " ".join("".join(self.pieces).split()).strip(" ·")

    @property
    def code(self) -> str:
        """Return the words of the samples, each once: five languages say the same."""
        return " ".join(dict.fromkeys(" ".join(self.samples).split()))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = [Section()]
        self.skipped = self.sampled = self.heading = 0
        self.personal = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a section at a heading that can be linked to."""
        self.skipped += tag in SKIPPED
        self.sampled += tag in SAMPLES
        names = dict(attrs)
        anchor = names.get("id") or ""
        self.personal = self.personal or names.get("class") == PERSONAL
        if tag in HEADINGS and anchor:
            self.found.append(Section(anchor))
            self.heading += 1
        elif tag in BREAKS:
            self.found[-1].pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Note the end of what is read differently."""
        self.skipped -= tag in SKIPPED
        self.sampled -= tag in SAMPLES
        self.personal = self.personal and tag != "p"
        if tag in HEADINGS:
            self.heading = 0
        elif tag in CELLS:
            self.found[-1].pieces.append(" · ")

    def handle_data(self, data: str) -> None:
        """Keep the text where it belongs."""
        if self.skipped or self.personal:
            return
        section = self.found[-1]
        if self.heading:
            section.title += data
        elif self.sampled:
            section.samples.append(data)
        else:
            section.pieces.append(data)


def sections(html: str) -> list[Section]:
    """Return the sections; the first is what stands before any heading, and has no anchor."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found
