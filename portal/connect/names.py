"""Personal names, compared as people write them: with and without accents, apart or joined, in either order."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

Words = tuple[str, ...]
"""A folded name: its words in order, lower case, without marks."""

APOSTROPHES = dict.fromkeys(map(ord, "'`´‘’‛′ʹʻʼʽˈꞌ"))
LETTERS = str.maketrans(
    {"ɛ": "e", "ɔ": "o", "ŋ": "ng", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɲ": "ny", "ø": "o", "æ": "ae", "œ": "oe",
     "ł": "l", "đ": "d", "ə": "e", "ı": "i"}
)  # fmt: skip
"""Letters of African and European alphabets that Unicode does not decompose."""

PART = 0.92
"""How alike a word must be to stand for a word of a longer compound name."""
PART_SHARE = 0.95
"""What a name counts that is only a part of the other: `Marie` for `Marie Claire`."""
SHORT = 5
"""Below so many letters, one changed letter makes another name: Awa and Ada, Kofi and Kojo."""

_SPELLINGS = (
    (re.compile(r"(?:ou|oo|w)"), "u"),
    (re.compile(r"(?:dj|dg|di(?=[aeou]))"), "j"),
    (re.compile(r"gn"), "ny"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"(?:tch|sch|ch|sh)"), "x"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"(?:ck|c|q)"), "k"),
    (re.compile(r"[yj]"), "i"),
    (re.compile(r"z"), "s"),
    (re.compile(r"h"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


@lru_cache(maxsize=50_000)
def fold(name: str) -> Words:
    """Return the name's words without case, accents, apostrophes and punctuation."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(APOSTROPHES))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(LETTERS)
    return tuple("".join(letter if letter.isalnum() else " " for letter in bare).split())


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """Return how a folded word sounds, roughly: Fatou and Fatu, Diallo and Jallo, Cheikh and Sheik fall together."""
    for pattern, replacement in _SPELLINGS:
        word = pattern.sub(replacement, word)
    return word


@lru_cache(maxsize=50_000)
def skeleton(word: str) -> str:
    """Return the consonants of the sound, behind its first letter: a key under which variants are found."""
    heard = sound(word)
    return heard[:1] + re.sub(r"[aeiou]", "", heard[1:])


def similarity(one: Words, other: Words) -> float:
    """Return how alike two names are, 0 to 1, by Jaro-Winkler (Winkler 1990), whatever the order of their words."""
    if not one or not other:
        return 0.0
    best = _alike("".join(one), "".join(other))
    if len(one) > 1 or len(other) > 1:
        best = max(best, _alike("".join(sorted(one)), "".join(sorted(other))))
        if len(one) != len(other):
            best = max(best, PART_SHARE * _part(*sorted((one, other), key=len)))
    return best


def _alike(one: str, other: str) -> float:
    # In one order, because greedy matching may count another number of transpositions in the other.
    return JaroWinkler.similarity(min(one, other), max(one, other))


def _part(shorter: Words, longer: Words) -> float:
    """Return how well every word of the shorter name is found in the longer one; 0 where one is not."""
    left, worst = list(longer), 1.0
    for word in shorter:
        found = max(left, key=lambda candidate: (_alike(word, candidate), candidate))
        worst = min(worst, _alike(word, found))
        left.remove(found)
    return worst if worst >= PART and max(map(len, shorter)) > 1 else 0.0


def same_name(one: Words, other: Words) -> bool:
    """Say whether two names differ as spellings of one name do, not as the names of two siblings.

    Jaro-Winkler alone cannot tell: Amina and Aminata, Wanjiru and Wanjiku are closer than many a slip of the pen.
    Spellings of one name sound alike, are joined or apart, are cut short by whole words, or differ by one letter
    that was dropped or added inside the word, swapped with its neighbour, hit beside its key, or is a vowel in both.
    """
    if not one or not other:
        return False
    if _same_word("".join(one), "".join(other)) or _same_word("".join(sorted(one)), "".join(sorted(other))):
        return True
    shorter, longer = sorted((one, other), key=len)
    left = list(longer)
    for word in shorter:
        found = next((candidate for candidate in left if _same_word(word, candidate)), None)
        if found is None:
            return False
        left.remove(found)
    return max(map(len, shorter)) > 1


def _same_word(one: str, other: str) -> bool:
    if one == other or sound(one) == sound(other):
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(longer) < SHORT or OSA.distance(one, other, score_cutoff=1) > 1:
        return False
    if len(shorter) < len(longer):
        return longer[0] == shorter[0] and longer[-1] == shorter[-1]  # Adam and Adama are two names
    return sorted(one) == sorted(other) or _is_slip(one, other)


NEIGHBOURS: Sequence[str] = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn")
"""Rows of the keyboards that people use where these names are typed."""


def _is_slip(one: str, other: str) -> bool:
    """Say whether the one letter in which two words differ is a vowel in both, or a neighbour on a keyboard."""
    [(first, second)] = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    if first in "aeiou" and second in "aeiou":
        return True
    return any(first + second in row or second + first in row for row in NEIGHBOURS)
