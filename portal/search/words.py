"""What a word is: lower case without accents, and of an identifier each part and the whole.

`client_secret` is `client`, `secret` and `clientsecret`, so that it is found by its parts and in any spelling.
The same rules make the words of the index, of a query and of the marks in a snippet.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

CHUNK: Final = re.compile(r"[^\W_]+(?:(?:_|[^\w\s'\u2019\u201c\u201d\u00ab\u00bb\"(),;]){1,3}[^\W_]+)*")
"""Letters and digits, and what an identifier or an address has between them."""
PART: Final = re.compile(r"[^\W_]+")
CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "OE", "Æ": "AE", "ß": "ss"})
LONGEST: Final = 60
"""Characters of a word; what is longer is no word that anybody looks for."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP: Final = {
    "en": _set(
        "a an and are as at be by can do does for from how i in is it my of on or that the this to what when where "
        "which who why with you your"
    ),
    "fr": _set(
        "a au aux avec c ce ces cette comment d dans de des du elle en est et il ils j je l la le les leur m ma mes "
        "mon n ne nos notre on ou par pas pour qu que quel quelle qui quoi s sa se ses son sont sur t un une vos "
        "votre y"
    ),
}
"""Words that say nothing about what is looked for, unless there are no others."""

VERBS: Final = (
    frozenset({"find", "search", "lookup", "look", "resolve"}),
    frozenset({"get", "read", "list", "fetch", "retrieve", "show"}),
    frozenset({"push", "put", "send", "submit", "upload", "post", "sync"}),
    frozenset({"create", "get", "make", "request", "issue", "obtain"}),
    frozenset({"revoke", "end", "invalidate"}),
    frozenset({"introspect", "look", "check", "inspect", "verify"}),
    frozenset({"reset", "empty", "clear"}),
)
"""What operations do, in the words of those who call them. Of two that mean the same an operation has one."""


@dataclass(frozen=True)
class Word:
    """A word of a query as it was typed; `parts` are several where it is an identifier."""

    typed: str
    parts: tuple[str, ...]

    @property
    def whole(self) -> str:
        """Return it without what stands between its parts."""
        return "".join(self.parts)[:LONGEST]


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return the text in lower case without accents."""
    plain = unicodedata.normalize("NFKD", text.translate(LIGATURES))
    return "".join(one for one in plain if not unicodedata.combining(one)).casefold()


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text in order."""
    for chunk in CHUNK.finditer(text):
        parts = tuple(part[:LONGEST] for part in parts_of(chunk[0]))
        if parts:
            yield Word(chunk[0], parts)


def parts_of(text: str) -> Iterator[str]:
    """Yield the folded parts of an identifier: split at what is no letter or digit, and within camelCase."""
    for found in PART.finditer(CAMEL.sub(" ", text)):
        if part := fold(found[0]):
            yield part


def singular(word: str) -> tuple[str, ...]:
    """Return what the word may be the plural of, in English or French."""
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return ()
    if word.endswith("ies"):
        return word[:-3] + "y", word[:-1]
    if word.endswith("eaux"):
        return (word[:-1],)
    if word.endswith("aux"):
        return word[:-3] + "al", word[:-1]
    if word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2], word[:-1]
    return (word[:-1],) if word.endswith(("s", "x")) else ()


def terms(text: str) -> Iterator[str]:
    """Yield what stands for a text in the index: parts, wholes, and the singular of each part."""
    for word in words(text):
        for part in word.parts:
            yield part
            yield from singular(part)
        if len(word.parts) > 1:
            yield word.whole
