"""Keys under which a person is found again, so that a resolve compares with dozens and not with everybody.

Two records are compared if they share a key. The keys overlap: where one field is wrong, another key finds the person.
A key never consists of a name alone, because a name's block would grow with the population.
"""

from collections.abc import Iterator
from itertools import product

from portal.connect.matching import ESTIMATE_SPREAD, Demographics
from portal.connect.names import skeleton

MOST_WORDS = 3
"""So many words of a compound name are combined."""

LONGEST_WORD = 10
"""So many letters of a word's skeleton are kept, so that a key has at most forty characters."""


def stored_keys(person: Demographics) -> frozenset[str]:
    """Return the keys under which the person is filed."""
    return frozenset((*_by_date(person), *_by_phone(person), *_by_names(person, (person.birth_date.year,))))


def asked_keys(person: Demographics) -> frozenset[str]:
    """Return the keys under which to look: the stored ones, and the years around an estimate.

    Whoever is estimated may be on either side, so the years around are asked for always.
    """
    year = person.birth_date.year
    years = tuple(range(year - ESTIMATE_SPREAD, year + ESTIMATE_SPREAD + 1))
    return stored_keys(person) | frozenset(_by_names(person, years))


def _words(person: Demographics) -> tuple[list[str], list[str]]:
    given = [skeleton(word)[:LONGEST_WORD] for word in person.given[:MOST_WORDS]]
    family = [skeleton(word)[:LONGEST_WORD] for word in person.family[:MOST_WORDS]]
    return given or ["-"], family or ["-"]


def _by_names(person: Demographics, years: tuple[int, ...]) -> Iterator[str]:
    """Both names, in either order, with the year or with day and month."""
    given, family = _words(person)
    day = _day(person)
    for pair in {"+".join(sorted(pair)) for pair in product(given, family)}:
        yield from (f"n:{pair}:{year}" for year in years)
        if day:
            yield f"m:{pair}:{day}"


def _by_date(person: Demographics) -> Iterator[str]:
    """The birth date with the beginning of a name."""
    if day := _day(person):
        given, family = _words(person)
        yield from (f"d:{person.birth_date.year}:{day}:{word[:1]}" for word in (*given, *family))


def _by_phone(person: Demographics) -> Iterator[str]:
    """The phone with one of the names: a clinic's own phone may stand in thousands of records."""
    if person.telephone:
        given, family = _words(person)
        yield from (f"p:{person.telephone[-8:]}:{word}" for word in (*given, *family))


def _day(person: Demographics) -> str:
    """Return day and month, lower first, because they get swapped; nothing where they are an estimate."""
    if person.estimated:
        return ""
    low, high = sorted((person.birth_date.day, person.birth_date.month))
    return f"{low:02}{high:02}"
