"""The matching trial: twenty thousand generated people, and what becomes of those who come to the desk again."""

import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from portal.connect.blocking import asked_keys, stored_keys
from portal.connect.matching import LINK, WEIGHTS, Closeness, Decision, Demographics, compare, decide
from portal.management.bench.errors import registered_again
from portal.management.bench.population import Someone, person, population, relative, twin

SEED = 1969
PEOPLE = 20_000
POSITIVES = 4_000
STRANGERS, RELATIVES, TWINS = 2_000, 1_000, 1_000


@dataclass
class Tally:
    """What happened to one group of queries."""

    asked: int = 0
    linked: int = 0
    wrong: int = 0
    ungated: int = 0
    ungated_wrong: int = 0
    reviews: int = 0
    created: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def automatic(self) -> float:
        """Return the share that was linked rightly, without anybody looking."""
        return (self.linked - self.wrong) / self.asked


COUNTS = ("asked", "linked", "wrong", "ungated", "ungated_wrong", "reviews", "created")


@dataclass
class Trial:
    """The groups, by name, and the microseconds that one query took."""

    groups: dict[str, Tally]
    microseconds: float
    compared: float

    @property
    def strangers(self) -> Tally:
        """Return what happened to all who were never here before."""
        groups = [tally for name, tally in self.groups.items() if name != "positives"]
        return Tally(*(sum(vars(tally)[name] for tally in groups) for name in COUNTS))


class Register:
    """People under their blocking keys, as the table keeps them."""

    def __init__(self, people: Iterable[Demographics]) -> None:
        self.people = list(people)
        self._blocks: dict[str, list[int]] = defaultdict(list)
        for number, known in enumerate(self.people):
            for key in stored_keys(known):
                self._blocks[key].append(number)

    def candidates(self, asked: Demographics) -> list[tuple[int, Demographics]]:
        """Return everybody who shares a key."""
        found = {number for key in asked_keys(asked) for number in self._blocks.get(key, ())}
        return [(number, self.people[number]) for number in sorted(found)]


def run(*, people: int = PEOPLE, scale: float = 1.0, seed: int = SEED) -> Trial:
    """Build the register and ask it about people who are there and people who are not."""
    chance = random.Random(seed)  # noqa: S311 - invented people, not keys
    known = list(population(chance, people))
    register = Register(someone.demographics for someone in known)
    groups: dict[str, Tally] = {}
    spent, compared = 0, 0
    for name, queries in _queries(chance, known, scale):
        tally = groups[name] = Tally()
        for asked, truth in queries:
            started = time.perf_counter_ns()
            candidates = register.candidates(asked)
            decision = decide(asked, candidates)
            spent += time.perf_counter_ns() - started
            compared += len(candidates)
            count(tally, decision, truth)
    asked_in_all = sum(tally.asked for tally in groups.values())
    return Trial(groups, spent / asked_in_all / 1000, compared / asked_in_all)


Queries = list[tuple[Demographics, int | None]]


def _queries(chance: random.Random, known: list[Someone], scale: float) -> Iterator[tuple[str, Queries]]:
    """Yield each group's queries with the right answer: a number in the register, None for strangers."""
    births = Counter(map(_birth, known))
    again = chance.sample(range(len(known)), int(POSITIVES * scale))
    yield "positives", [(registered_again(chance, known[number]), number) for number in again]

    def strangers(count: int, make: Callable[[], Someone]) -> Queries:
        return [(registered_again(chance, make()), None) for _ in range(int(count * scale))]

    yield "strangers", strangers(STRANGERS, lambda: person(chance))
    yield "relatives", strangers(RELATIVES, lambda: relative(chance, chance.choice(known)))
    alone = [someone for someone in known if births[_birth(someone)] == 1]  # else the twin might be there already
    yield "twins", strangers(TWINS, lambda: twin(chance, chance.choice(alone)))


def _birth(someone: Someone) -> tuple[str, date]:
    return someone.demographics.family_name, someone.demographics.birth_date


def count(tally: Tally, decision: Decision, truth: int | None) -> None:
    """Add one decision to the tally."""
    tally.asked += 1
    best = decision.plausible[0] if decision.plausible else None
    if best and best.comparison.weight >= LINK:
        tally.ungated += 1
        tally.ungated_wrong += best.key != truth
    if decision.match:
        tally.linked += 1
        tally.wrong += decision.match.key != truth
    elif best:
        tally.reviews += 1
        tally.reasons.update(
            best.comparison.objections or (["weight"] if best.comparison.weight < LINK else ["margin"])
        )
    else:
        tally.created += 1


def observed_weights(*, people: int = PEOPLE, seed: int = SEED + 1) -> dict[str, dict[str, float]]:
    """Return log2(m/u) of every field and closeness, counted on true pairs and on pairs of different people."""
    chance = random.Random(seed)  # noqa: S311 - invented people, not keys
    known = list(population(chance, people))
    same = Counter[tuple[str, Closeness]]()
    apart = Counter[tuple[str, Closeness]]()
    for someone in known:
        same.update(compare(someone.demographics, registered_again(chance, someone)).fields.items())
    pairs = 20 * len(known)
    for _ in range(pairs):
        one, other = chance.choice(known), chance.choice(known)
        if one is not other:
            apart.update(compare(one.demographics, other.demographics).fields.items())
    return {
        name: {
            closeness: math.log2((same[name, closeness] + 0.5) / len(known) / ((apart[name, closeness] + 0.5) / pairs))
            for closeness in levels
        }
        for name, levels in WEIGHTS.items()
    }


def report(trial: Trial) -> Iterator[str]:
    """Yield the lines of a printed trial."""
    yield f"{'':34}{'asked':>8}{'linked':>8}{'wrong':>7}{'reviews':>9}{'new':>7}{'wrong without the gate':>24}"
    for name, tally in trial.groups.items():
        yield (
            f"{name:34}{tally.asked:8}{tally.linked:8}{tally.wrong:7}{tally.reviews:9}{tally.created:7}"
            f"{tally.ungated_wrong:24}"
        )
    positives, strangers = trial.groups["positives"], trial.strangers
    yield f"{'automatic matches':34}{positives.automatic:8.1%} (goal 96.8%)"
    yield f"{'strangers wrongly linked':34}{strangers.wrong:8} of {strangers.asked} (goal at most 4)"
    why = ", ".join(f"{reason} {count}" for reason, count in positives.reasons.most_common())
    yield f"{'why positives went to review':34}  {why}"
    yield f"{'µs per query':34}{trial.microseconds:8.0f}, {trial.compared:.1f} compared"


def report_weights() -> Iterator[str]:
    """Yield the weights as they are, beside those that the population shows."""
    for name, observed in observed_weights().items():
        levels = (f"{level} {WEIGHTS[name][Closeness(level)]:+.1f} ({seen:+.1f})" for level, seen in observed.items())
        yield f"{name:14} {', '.join(levels)}"
