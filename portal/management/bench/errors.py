"""What goes wrong when the same person is registered again, and how often."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from portal.connect.matching import Demographics
from portal.connect.names import fold
from portal.management.bench.population import COUNTRIES, FAMILIES, Someone, phone

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
VARIANTS = (("ou", "u"), ("ch", "sh"), ("y", "i"), ("dj", "j"), ("i", "y"), ("ss", "s"), ("mm", "m"), ("h", ""))

Change = Callable[[random.Random, Demographics], Demographics]


def registered_again(chance: random.Random, someone: Someone) -> Demographics:
    """Return the person as another desk wrote them down. Several things may go wrong at once."""
    written = someone.demographics
    for share, change in CHANGES:
        if chance.random() < share:
            written = change(chance, written)
    if chance.random() < 0.1:
        written = replace(written, phone=phone(chance, someone.country))  # numbers change
    if written.sex == "female" and chance.random() < 0.01:
        names = COUNTRIES[someone.country][FAMILIES].split()
        written = replace(written, family_name=chance.choice(names))  # she married
    return written


def typo(chance: random.Random, name: str) -> str:
    """Return the name with one letter left out, doubled, swapped with the next, or hit beside its key."""
    at = chance.randrange(len(name))
    letter, following = name[at], name[at + 1 : at + 2]
    row = next((row for row in ROWS if letter.lower() in row), letter.lower())
    place = row.index(letter.lower())
    beside = row[place - 1] if place else row[1:2] or letter
    return chance.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + following + letter + name[at + 2 :] if following else name,
            name[:at] + beside + name[at + 1 :],
        )
    )


def variant(chance: random.Random, name: str) -> str:
    """Return the name as it is spelled elsewhere."""
    old, new = chance.choice(VARIANTS)
    return name.lower().replace(old, new, 1).title()


def shortened(chance: random.Random, name: str) -> str:
    """Return one word less, or the words joined."""
    words = name.replace("-", " ").split()
    if len(words) == 1:
        return name
    return chance.choice((" ".join(words[:-1]), "".join(words), " ".join(reversed(words)), "-".join(words)))


def _plain(_chance: random.Random, written: Demographics) -> Demographics:
    given, family = " ".join(fold(written.given_name)), " ".join(fold(written.family_name))
    return replace(written, given_name=given.upper(), family_name=family.upper())


def _swapped_names(_chance: random.Random, written: Demographics) -> Demographics:
    return replace(written, given_name=written.family_name, family_name=written.given_name)


def _swapped_date(_chance: random.Random, written: Demographics) -> Demographics:
    born = written.birth_date
    return replace(written, birth_date=date(born.year, born.day, born.month)) if born.day <= 12 else written


def _slipped_date(chance: random.Random, written: Demographics) -> Demographics:
    text = list(written.birth_date.isoformat())
    text[chance.choice((2, 3, 6, 8, 9))] = str(chance.randrange(10))
    try:
        return replace(written, birth_date=date.fromisoformat("".join(text)))
    except ValueError:
        return written


def _estimated_date(chance: random.Random, written: Demographics) -> Demographics:
    year = written.birth_date.year + chance.choice((0, 0, 0, 0, -1, 1, 2))
    return replace(written, birth_date=date(year, 1, 1), birth_date_estimated=chance.random() < 0.6)


CHANGES: tuple[tuple[float, Change], ...] = (
    (0.50, _plain),
    (0.03, lambda chance, written: replace(written, given_name=typo(chance, written.given_name))),
    (0.03, lambda chance, written: replace(written, family_name=typo(chance, written.family_name))),
    (0.05, lambda chance, written: replace(written, given_name=variant(chance, written.given_name))),
    (0.03, lambda chance, written: replace(written, family_name=variant(chance, written.family_name))),
    (0.30, lambda chance, written: replace(written, given_name=shortened(chance, written.given_name))),
    (0.20, lambda chance, written: replace(written, family_name=shortened(chance, written.family_name))),
    (0.04, _swapped_names),
    (0.02, _swapped_date),
    (0.01, _slipped_date),
    (0.01, _estimated_date),
    (0.06, lambda _chance, written: replace(written, phone="")),
    (0.60, lambda _chance, written: replace(written, identifiers=frozenset(), verified=frozenset())),
    (0.002, lambda _chance, written: replace(written, sex="unknown")),
)
"""The share of registrations that have the fault."""
