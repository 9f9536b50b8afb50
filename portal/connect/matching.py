"""Is this the same person? Weights of evidence, and a gate in front of every automatic link.

The weights follow Fellegi and Sunter, "A Theory for Record Linkage" (Journal of the American Statistical Association
64, 1969): each field adds log2(m/u), where m is how often the field agrees this well between two records of one person,
u how often between two different people. Names are compared by Jaro-Winkler (Winkler, "String Comparator Metrics and
Enhanced Decision Rules in the Fellegi-Sunter Model of Record Linkage", Proceedings of the Section on Survey Research
Methods, American Statistical Association, 1990).

Where the weights come from: `manage.py bench --only matching` counts m and u on a generated population and prints
them; `WEIGHTS` holds them rounded, and damped where the population is kinder than life. A phone is shared by a
household, so agreement counts as much as it tells *within* one, and numbers change hands, so disagreement tells little.

Weights rank; they do not decide. Twins share family name, birth date, sex and phone, and outweigh a true match with
two typing errors. So nothing is linked automatically before the gate: see `objections`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Final

from portal.connect.names import Words, fold, same_name, similarity

NAME_GATE: Final = 0.88
"""Both names must be at least so alike for an automatic link."""
LINK: Final = 20.0
"""From so many bits on two records are one person, if the gate agrees: the odds against are a million to one before."""
REVIEW: Final = 12.0
"""From so many bits on somebody must look."""
MARGIN: Final = 6.0
"""By so many bits the best candidate must lead."""
PRIOR: Final = 20.0
"""A million patients: before any evidence, the odds that this one is the person are two to the power of minus this."""


class Closeness(StrEnum):
    """How well one field agrees."""

    FULL = "full"
    SAME = "same"
    CLOSE = "close"
    SIMILAR = "similar"
    SWAPPED = "swapped"
    SLIP = "slip"
    ESTIMATED = "estimated"
    AROUND = "around"
    UNKNOWN = "unknown"
    DIFFERENT = "different"


class Grade(StrEnum):
    """How sure a match is, in the words of FHIR R4 (http://terminology.hl7.org/CodeSystem/match-grade)."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    CERTAINLY_NOT = "certainly-not"


WEIGHTS: Final[dict[str, dict[Closeness, float]]] = {
    "given_name": {
        Closeness.FULL: 10.0, Closeness.SAME: 7.0, Closeness.CLOSE: 5.0, Closeness.SIMILAR: 0.0,
        Closeness.DIFFERENT: -6.0,
    },
    "family_name": {
        Closeness.FULL: 8.0, Closeness.SAME: 7.0, Closeness.CLOSE: 5.0, Closeness.SIMILAR: 0.0,
        Closeness.DIFFERENT: -5.0,
    },
    "birth_date": {
        Closeness.SAME: 13.5, Closeness.SWAPPED: 9.5, Closeness.SLIP: 4.0, Closeness.ESTIMATED: 3.5,
        Closeness.AROUND: 1.0, Closeness.DIFFERENT: -6.0,
    },
    "sex": {Closeness.SAME: 1.0, Closeness.UNKNOWN: 0.0, Closeness.DIFFERENT: -7.0},
    "phone": {Closeness.SAME: 8.0, Closeness.UNKNOWN: 0.0, Closeness.DIFFERENT: -1.0},
    "identifiers": {Closeness.SAME: 12.0, Closeness.UNKNOWN: 0.0, Closeness.DIFFERENT: -8.0},
}  # fmt: skip

ESTIMATE_SPREAD: Final = 2
"""By so many years an estimated birth date may be wrong and still agree."""


@dataclass(frozen=True)
class Demographics:
    """What is known of a person.

    An identifier is `(system, value)`; `verified` are those national numbers that somebody compared with the document
    or the register. No two people have the same.
    """

    given_name: str
    family_name: str
    sex: str
    birth_date: date
    birth_date_estimated: bool = False
    phone: str = ""
    identifiers: frozenset[tuple[str, str]] = frozenset()
    verified: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def given(self) -> Words:
        """Return the folded given name."""
        return fold(self.given_name)

    @cached_property
    def family(self) -> Words:
        """Return the folded family name."""
        return fold(self.family_name)

    @cached_property
    def telephone(self) -> str:
        """Return the phone's digits, or nothing where they are a placeholder."""
        digits = "".join(digit for digit in self.phone if digit.isascii() and digit.isdecimal())
        return digits if len(digits) >= 7 and len(set(digits[-7:])) > 1 else ""

    @property
    def estimated(self) -> bool:
        """Say whether day and month mean nothing: marked so, or the 1 January that forms put in their place."""
        return self.birth_date_estimated or (self.birth_date.month, self.birth_date.day) == (1, 1)


@dataclass(frozen=True)
class Comparison:
    """How two records compare: the closeness of each field, and what speaks against an automatic link.

    `certain`: both carry the same verified national number, and nothing contradicts it.
    """

    fields: dict[str, Closeness]
    objections: tuple[str, ...]
    certain: bool = False

    @cached_property
    def weight(self) -> float:
        """Return the evidence, in bits."""
        return sum(WEIGHTS[name][closeness] for name, closeness in self.fields.items())

    @property
    def score(self) -> float:
        """Return the probability that both are one person, 0 to 1."""
        if self.certain:
            return 1.0
        odds: float = 2.0 ** (self.weight - PRIOR)
        return round(odds / (1 + odds), 3)

    @property
    def agreeing_fields(self) -> list[str]:
        """Return the names of the fields that agree, exactly or nearly."""
        return [name for name in self.fields if _agrees(self.fields, name)]

    @property
    def links(self) -> bool:
        """Say whether weight and gate allow an automatic link, were there nobody else."""
        return self.certain or (self.weight >= LINK and not self.objections)

    @property
    def plausible(self) -> bool:
        """Say whether somebody must at least look."""
        return self.certain or self.weight >= REVIEW

    @property
    def grade(self) -> Grade:
        """Return how sure the match is. Demographics alone are never certain."""
        if self.certain:
            return Grade.CERTAIN
        if self.links:
            return Grade.PROBABLE
        return Grade.POSSIBLE if self.plausible else Grade.CERTAINLY_NOT


def _agrees(fields: dict[str, Closeness], name: str) -> bool:
    return fields[name] not in {Closeness.DIFFERENT, Closeness.UNKNOWN, Closeness.SIMILAR}


def compare(one: Demographics, other: Demographics) -> Comparison:
    """Compare two records. The order of the two makes no difference."""
    names, alike, one_name = _compare_names(one, other)
    fields = {
        "given_name": names[0],
        "family_name": names[1],
        "birth_date": compare_dates(one, other),
        "sex": _compare_sex(one.sex, other.sex),
        "phone": _compare_phones(one.telephone, other.telephone),
        "identifiers": compare_identifiers(one.identifiers, other.identifiers),
    }
    certain = bool(one.verified & other.verified) and compatible(fields)
    return Comparison(fields, objections(fields, lowest=alike, one_name=one_name), certain=certain)


def _compare_names(one: Demographics, other: Demographics) -> tuple[list[Closeness], float, bool]:
    """Return both names' closeness, how alike the less alike is, and whether the given name is one and the same.

    Given and family name are tried in both orders. Swapped, nobody knows which is which: both must be the same then.
    """
    straight = ((one.given, other.given), (one.family, other.family))
    crossed = ((one.given, other.family), (one.family, other.given))
    levels = [similarity(*pair) for pair in straight]
    levels_crossed = [similarity(*pair) for pair in crossed]
    if sum(levels_crossed) > sum(levels) and min(levels_crossed) >= NAME_GATE:
        ordered = sorted(zip(levels_crossed, map(_fewest_words, crossed), strict=True))
        return [_name_closeness(*pair) for pair in ordered], min(levels_crossed), all(same_name(*p) for p in crossed)
    closeness = [_name_closeness(level, _fewest_words(pair)) for level, pair in zip(levels, straight, strict=True)]
    return closeness, min(levels), same_name(one.given, other.given)


def _fewest_words(pair: tuple[Words, Words]) -> int:
    return min(map(len, pair))


def compatible(fields: dict[str, Closeness]) -> bool:
    """Say whether the demographics fit a shared national number: not where a sister came with her sister's card.

    The given name agrees, and the family name or the birth date: women marry, and dates are mistyped.
    """
    contradicted = Closeness.DIFFERENT in {fields["sex"], fields["identifiers"]}
    second = _agrees(fields, "family_name") or _agrees(fields, "birth_date")
    return not contradicted and _agrees(fields, "given_name") and second


def _name_closeness(value: float, words: int) -> Closeness:
    if value == 1.0:
        return Closeness.FULL if words > 1 else Closeness.SAME
    if value >= NAME_GATE:
        return Closeness.CLOSE
    return Closeness.SIMILAR if value >= 0.8 else Closeness.DIFFERENT


def compare_dates(one: Demographics, other: Demographics) -> Closeness:
    """Compare birth dates: the same, day and month swapped, one digit wrong, or as near as an estimate comes."""
    if one.estimated or other.estimated:
        apart = abs(one.birth_date.year - other.birth_date.year)
        if apart > ESTIMATE_SPREAD:
            return Closeness.DIFFERENT
        return Closeness.AROUND if apart else Closeness.ESTIMATED
    if one.birth_date == other.birth_date:
        return Closeness.SAME
    if (one.birth_date.year, one.birth_date.day, one.birth_date.month) == (
        other.birth_date.year,
        other.birth_date.month,
        other.birth_date.day,
    ):
        return Closeness.SWAPPED
    return Closeness.SLIP if _one_digit_apart(one.birth_date, other.birth_date) else Closeness.DIFFERENT


def _one_digit_apart(one: date, other: date) -> bool:
    return sum(a != b for a, b in zip(one.isoformat(), other.isoformat(), strict=True)) == 1


def _compare_sex(one: str, other: str) -> Closeness:
    if "unknown" in {one, other}:
        return Closeness.UNKNOWN
    return Closeness.SAME if one == other else Closeness.DIFFERENT


def _compare_phones(one: str, other: str) -> Closeness:
    """Compare the last eight digits: people leave out the country's, and Benin and Côte d'Ivoire put digits before."""
    if not one or not other:
        return Closeness.UNKNOWN
    return Closeness.SAME if one[-8:] == other[-8:] else Closeness.DIFFERENT


def compare_identifiers(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> Closeness:
    """Compare numbers of the same system: one shared is agreement, one system with no shared number a conflict."""
    shared = {system for system, _ in one & other}
    both = {system for system, _ in one} & {system for system, _ in other}
    if both - shared:
        return Closeness.DIFFERENT
    return Closeness.SAME if shared else Closeness.UNKNOWN


def objections(fields: dict[str, Closeness], *, lowest: float, one_name: bool) -> tuple[str, ...]:
    """Return the gate's reasons against an automatic link; none opens it.

    `names`: one of them is less alike than 0.88. `sex`: not known to be the same. `identifier`: another number in the
    same register. `birth_date`: contradicts, or is an estimate or a likely slip that nothing else supports: thousands
    are called Fatou Diop and born "1 January 1980". Support is the phone, an identifier, or a compound name that
    agrees word for word. Where not even the years are the same, only an identifier is: children are named after a
    sister or brother who died. `sibling`: the given names are alike, but not as two spellings of one name are, as
    those of twins often are.
    """
    found = {
        "names": lowest < NAME_GATE,
        "sex": fields["sex"] != Closeness.SAME,
        "identifier": fields["identifiers"] == Closeness.DIFFERENT,
        "birth_date": not _date_suffices(fields),
        "sibling": lowest >= NAME_GATE and not one_name,
    }
    return tuple(name for name, holds in found.items() if holds)


def _names_tell(fields: dict[str, Closeness]) -> bool:
    names = {fields["given_name"], fields["family_name"]}
    return Closeness.FULL in names and names <= {Closeness.FULL, Closeness.SAME}


def _date_suffices(fields: dict[str, Closeness]) -> bool:
    match fields["birth_date"]:
        case Closeness.SAME | Closeness.SWAPPED:
            return True
        case Closeness.ESTIMATED | Closeness.SLIP:
            return _names_tell(fields) or Closeness.SAME in {fields["phone"], fields["identifiers"]}
        case Closeness.AROUND:
            return fields["identifiers"] == Closeness.SAME
        case _:
            return False


@dataclass(frozen=True)
class Ranked:
    """A candidate's key and comparison."""

    key: int
    comparison: Comparison


@dataclass(frozen=True)
class Decision:
    """`match` is the one to link; without it, `plausible` ones are for somebody to look at, the likeliest first."""

    match: Ranked | None
    plausible: tuple[Ranked, ...]


def decide(person: Demographics, candidates: Iterable[tuple[int, Demographics]]) -> Decision:
    """Compare the person with all candidates and let the gate decide.

    A key may stand for several records, of one who was merged: the best of them counts.
    One who is certain is linked, however many resemble them; two who are certain are one too many.
    """
    ranked = [Ranked(key, compare(person, known)) for key, known in candidates]
    ranked.sort(key=lambda each: (not each.comparison.certain, -each.comparison.weight, each.key))
    best = {each.key: each for each in reversed(ranked)}
    plausible = tuple(each for each in ranked if each is best[each.key] and each.comparison.plausible)
    if plausible and plausible[0].comparison.links and _leads(plausible):
        return Decision(plausible[0], plausible)
    return Decision(None, plausible)


def _leads(plausible: Sequence[Ranked]) -> bool:
    if len(plausible) == 1:
        return True
    first, second = plausible[0].comparison, plausible[1].comparison
    if first.certain:
        return not second.certain
    return first.weight - second.weight >= MARGIN
