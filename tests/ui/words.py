"""The words that a reader sees or hears: of a page, of a template, and of a gettext catalogue."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
SPOKEN = frozenset(["alt", "aria-description", "aria-label", "aria-roledescription", "label", "placeholder", "title"])
"""Attributes that hold words."""
META = frozenset(("description", "og:description", "og:title", "twitter:description", "twitter:title"))
"""The `<meta>` elements that hold words."""


class Words(HTMLParser):
    """Collects the words of HTML with their lines: text, and attributes that are shown or spoken.

    What is marked as of another language than French is left out.
    """

    def __init__(self, *without: str) -> None:
        super().__init__()
        self.without = frozenset(("script", "style", *without))
        self.found: list[tuple[int, str]] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        hidden = tag in self.without or values.get("lang", "") not in ("", "fr") or self._hidden()
        if not hidden:
            self.found += [(self.getpos()[0], value) for name, value in values.items() if _speaks(tag, name, values)]
        if tag not in VOID:
            self._open.append((tag, hidden))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._hidden():
            before = data[: len(data) - len(data.lstrip())].count("\n")
            self.found.append((self.getpos()[0] + before, data))

    def _hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def _speaks(tag: str, name: str, values: dict[str, str]) -> bool:
    """Say whether an attribute holds words. Scripts say what stands in `data-…`, where keys are small and short."""
    if name == "content":
        return bool({values.get("name"), values.get("property")} & META)
    if name == "value":
        return tag == "input" and values.get("type") in ("button", "reset", "submit")
    return name in SPOKEN or (name.startswith("data-") and re.search(r"[A-Z\s]", values[name]) is not None)


def words(html: str) -> str:
    """Return all words of a page as one text."""
    reader = Words()
    reader.feed(html)
    return squeezed("".join(text for _line, text in reader.found))


def squeezed(text: str) -> str:
    """Return the text with single spaces, and without the backticks that become code."""
    return " ".join(text.replace("`", "").split())


# --- Templates.
TRANSLATED = {"blocktranslate": "endblocktranslate", "blocktrans": "endblocktrans", "comment": "endcomment"}
ARGUMENT = re.compile(
    r"""(?:\b(?!(?:about|environment|kind|level|prefix|step)=)\w+=|\b(?:add|default|default_if_none|join|pluralize|yesno):)(["'])(?P<text>.*?)\1"""
)
"""A string that a tag or a filter may show; what is given under these names is a key."""
ADDRESSES = frozenset(("static", "this_page_in", "url"))
LETTER = re.compile(r"[^\W\d_]")


def literals(template: str, names: tuple[str, ...]) -> list[tuple[int, str]]:
    """Return the line and the text of whatever a template shows untranslated, `names` and code excepted."""
    html, found, end = [], [], ""
    for token in Lexer(template).tokenize():
        tag = _tag(token)
        if end or token.token_type is not TokenType.TEXT:
            html.append("\n" * token.contents.count("\n"))
            if html[-2:-1] and html[-2].endswith(("<", "</")):
                html.append("p")  # a tag whose name is a variable
            if not end and tag not in ADDRESSES and token.token_type is not TokenType.COMMENT:
                found += [(token.lineno or 0, match["text"]) for match in ARGUMENT.finditer(token.contents)]
            end = "" if tag == end else end or _skips_to(token)
        else:
            html.append(token.contents)
    reader = Words("code")
    reader.feed("".join(html))
    name = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in sorted(names, key=len, reverse=True)))
    return [(line, squeezed(text)) for line, text in (*found, *reader.found) if LETTER.search(name.sub("", text))]


def _skips_to(token: Token) -> str:
    """Return the tag up to which nothing is shown untranslated: a block called `…_class` stands in an attribute."""
    if token.token_type is TokenType.BLOCK and re.fullmatch(r"block (?:\w+_class|bodyclass)", token.contents):
        return "endblock"
    return TRANSLATED.get(_tag(token), "")


def _tag(token: Token) -> str:
    return token.contents.split(maxsplit=1)[0] if token.token_type is TokenType.BLOCK else ""


# --- Catalogues.
FIELD = re.compile(r'(?:#~ )?(?:(?P<name>msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) )?(?P<text>".*")')


@dataclass
class Entry:
    """One message of a `.po` file."""

    fields: dict[str, str] = field(default_factory=dict)
    fuzzy: bool = False
    obsolete: bool = False

    @property
    def english(self) -> str:
        """Return what is translated."""
        return self.fields.get("msgid", "")

    @property
    def translations(self) -> list[str]:
        """Return the translation, in each of its plural forms."""
        return [text for name, text in self.fields.items() if name.startswith("msgstr")]


def entries(catalogue: Path) -> Iterator[Entry]:
    """Yield every message of a `.po` file but its header."""
    for block in catalogue.read_text().split("\n\n"):
        entry, name = Entry(), ""
        for line in block.splitlines():
            entry.fuzzy |= line.startswith("#,") and "fuzzy" in line
            entry.obsolete |= line.startswith("#~")
            if match := FIELD.fullmatch(line):
                name = match["name"] or name
                entry.fields[name] = entry.fields.get(name, "") + json.loads(match["text"])
        if entry.english:
            yield entry
