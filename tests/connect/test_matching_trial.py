"""The matching trial, smaller: counts that must not get worse. `manage.py bench --only matching` runs it whole."""

import pytest

from portal.connect.matching import WEIGHTS, Closeness
from portal.management.bench import matching


@pytest.mark.parametrize("seed", [1969, 1990])
def test_the_gate_keeps_strangers_apart_and_lets_people_in(seed: int) -> None:
    trial = matching.run(people=10_000, scale=0.5, seed=seed)
    positives, strangers = trial.groups["positives"], trial.strangers
    assert positives.wrong == 0
    assert positives.automatic >= 0.955
    assert strangers.asked == 2_000
    assert strangers.wrong <= 3
    assert strangers.ungated_wrong >= 100, "the population has lost the twins that the gate is for"
    assert trial.groups["strangers"].reviews <= 100


def test_the_same_seed_makes_the_same_trial() -> None:
    one, again = (matching.run(people=500, scale=0.02) for _ in range(2))
    assert one.groups == again.groups
    assert len(list(matching.report(one))) == 9


def test_the_weights_are_those_that_the_population_shows_or_more_careful() -> None:
    for name, levels in matching.observed_weights(people=4_000).items():
        for level, seen in levels.items():
            given = WEIGHTS[name][Closeness(level)]
            assert given == 0 or abs(given) <= abs(seen) + 3, f"{name} {level}: {given} where {seen:.1f} is seen"
