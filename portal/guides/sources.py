"""Finding and reading the Markdown files: `docs_content/<language>/<section>/<page>.md`."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

MAXIMUM_BYTES = 200_000
MAXIMUM_DEPTH = 12
FIELDS = {"title", "summary", "order", "changed", "translates"}
REQUIRED = {"title": str, "summary": str, "order": int, "changed": date}
TOO_DEEP = re.compile(rf"^(?:[ \t]*>){{{MAXIMUM_DEPTH},}}|^[ ]{{{4 * MAXIMUM_DEPTH},}}\S|^\t{{{MAXIMUM_DEPTH},}}\S")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class PageError(ValueError):
    """A page cannot be shown as it is written. Its text begins with the file and the line."""

    def __init__(self, path: Path, line: int, fault: str) -> None:
        super().__init__(f"{path}:{line}: {fault}")
        self.path, self.line = path, line


@dataclass(frozen=True)
class Source:
    """A page as it is written. `first_line` is where its text begins in the file."""

    path: Path
    language: str
    section: str
    slug: str
    title: str
    summary: str
    order: int
    changed: date
    translates: str
    text: str
    first_line: int

    @property
    def digest(self) -> str:
        """Return what a translation of this page names in `translates`."""
        content = f"{self.title}\n{self.summary}\n{self.text}"
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    def fault(self, offset: int, words: str) -> PageError:
        """Return the error about what stands at this offset of the text."""
        return PageError(self.path, self.first_line + self.text.count("\n", 0, offset), words)

    def fault_at(self, found: str, words: str, start: int = 0) -> PageError:
        """Return the error about the first place from `start` where this stands in the text, else about `start`."""
        return self.fault(max(self.text.find(found, start), start), words)


def sources(folder: Path, language: str) -> Iterator[Source]:
    """Yield every page of a language.

    :raises PageError: where one cannot be read.
    """
    for path in sorted((folder / language).glob("*/*.md")):
        yield read(path, language)


def read(path: Path, language: str) -> Source:
    """Read one page.

    :raises PageError: where it is too large, not UTF-8, too deeply nested, or its front matter is wrong.
    """
    raw = path.read_bytes()
    if len(raw) > MAXIMUM_BYTES:
        raise PageError(path, 1, f"{len(raw)} bytes; a page has at most {MAXIMUM_BYTES}")
    try:
        content = raw.decode()
    except UnicodeDecodeError as exc:
        raise PageError(path, raw.count(b"\n", 0, exc.start) + 1, "this is not UTF-8") from None
    if not SLUG.fullmatch(path.stem):
        raise PageError(path, 1, "a file name has lower-case letters, digits and single dashes only")
    front, text, first_line = _split(path, content)
    for number, line in enumerate(text.splitlines()):
        if TOO_DEEP.match(line):
            raise PageError(path, first_line + number, f"nested more than {MAXIMUM_DEPTH} deep")
    translates = str(front.pop("translates", ""))
    section = path.parent.name
    return Source(path, language, section, path.stem, **front, translates=translates, text=text, first_line=first_line)


def load_yaml(text: str) -> Any:
    """Read YAML safely, by libyaml where it is there: ten times as fast, and pages hold many small pieces.

    :raises yaml.YAMLError: where it is not YAML.
    """
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


def line_of(error: yaml.YAMLError) -> int:
    """Return the line of the YAML at which its reader gave up, counted from 0."""
    mark = getattr(error, "problem_mark", None)
    return mark.line if mark else 0


def _split(path: Path, content: str) -> tuple[dict[str, Any], str, int]:
    match = re.match(r"---\n(.*?)^---\n", content, re.DOTALL | re.MULTILINE)
    if match is None:
        raise PageError(path, 1, f"a page begins with front matter between --- lines: {', '.join(REQUIRED)}")
    try:
        front = load_yaml(match[1])
    except yaml.YAMLError as exc:
        raise PageError(path, line_of(exc) + 2, "the front matter is not YAML") from None
    if not isinstance(front, dict):
        raise PageError(path, 1, "the front matter is not `name: value` lines")
    for name, kind in REQUIRED.items():
        if not isinstance(front.get(name), kind) or front[name] == "":
            raise PageError(path, 1, f"the front matter needs `{name}` ({kind.__name__})")
    if unknown := set(front) - FIELDS:
        raise PageError(path, 1, f"the front matter knows no {', '.join(sorted(map(str, unknown)))}")
    return front, content[match.end() :], match[0].count("\n") + 1
