"""Slips of typing, and words that the documentation has others for: the word of the index that was meant."""

from collections.abc import Mapping
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from portal.search.words import PART, Word, fold, parts_of

Vocabulary = Mapping[str, tuple[str, int]]
CANDIDATES: Final = 20
OTHERS: Final = {
    "2fa": "second step", "apikey": "client_secret", "bearer": "access token", "endpoint": "call",
    "endpoints": "calls", "fhir": "Connect API", "login": "sign in", "logout": "sign out", "mfa": "second step",
    "oauth2": "OAuth", "otp": "second step", "pagination": "pages", "password": "secret", "retry": "again",
    "signin": "sign in", "signup": "sign up", "throttling": "limits", "webhooks": "webhook",
}  # fmt: skip
"""Words that people look for, and what the documentation says; read only where it does not say the word itself."""


def nearest(vocabulary: Vocabulary, word: Word) -> Word:
    """Return what was probably meant: the word itself where it is known or nothing is like it.

    What was run together (`labresults`) is two words; of an identifier each part is looked at.
    """
    meant = PART.sub(lambda part: _meant(vocabulary, fold(part[0])) or part[0], word.typed)
    return word if meant == word.typed else Word(meant, tuple(parts_of(meant)))


def _meant(vocabulary: Vocabulary, typed: str) -> str:
    if len(typed) < 3 or typed in vocabulary or any(each.startswith(typed) for each in vocabulary):
        return ""
    return OTHERS.get(typed, "") or _stem(vocabulary, typed) or _apart(vocabulary, typed) or _alike(vocabulary, typed)


def _stem(vocabulary: Vocabulary, typed: str) -> str:
    """Return the verb of which this is the form in -ing or -ed, in English: `rotating` is `rotate`."""
    for ending in ("ing", "ed"):
        base = typed.removesuffix(ending)
        if base != typed and len(base) > 2:
            for verb in (f"{base}e", base, base[:-1]):  # the last of `stopping` is doubled
                if verb in vocabulary and (verb != base[:-1] or base[-1] == base[-2]):
                    return vocabulary[verb][0]
    return ""


def _apart(vocabulary: Vocabulary, typed: str) -> str:
    for at in range(3, len(typed) - 2):
        first, second = typed[:at], typed[at:]
        if first in vocabulary and second in vocabulary:
            return f"{vocabulary[first][0]} {vocabulary[second][0]}"
    return ""


def _alike(vocabulary: Vocabulary, typed: str) -> str:
    """Return the nearest word; of those as near, one that stands in more places."""
    slips = 1 if len(typed) < 5 else 2 if len(typed) < 9 else 3
    whole = _near(typed, {word: word for word in vocabulary}, slips)
    # It may not be finished. Of words that begin alike the most frequent is kept: it is the last.
    often = sorted(vocabulary, key=lambda word: vocabulary[word][1])
    found = whole or _near(typed, {word[: len(typed)]: word for word in often if len(word) > len(typed)}, min(slips, 2))
    best = min(found, key=lambda word: (found[word], -vocabulary[word][1], word), default="")
    return vocabulary[best][0] if best else ""


def _near(typed: str, known: Mapping[str, str], slips: int) -> Mapping[str, int]:
    """Return words with how many slips they are away. Hardly anybody mistypes the first letter and another one."""
    found = extract(typed, known.keys(), scorer=OSA.distance, score_cutoff=slips, limit=CANDIDATES)
    return {known[key]: int(far) for key, far, _ in found if far < 2 or key[0] == typed[0]}
