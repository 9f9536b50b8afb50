"""Durations in classes: a quantile is near the true one, and is the same whether counted or not."""

import random
from collections import Counter

import pytest

from portal.usage.durations import quantile, read
from portal.usage.figures import Tally


def class_of(microseconds: int) -> int:
    import math

    return math.floor(math.log2(microseconds + 1) * 8)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_quantile_is_within_a_class_of_the_true_one(seed: int, share: float) -> None:
    chance = random.Random(seed)
    spent = sorted(int(chance.lognormvariate(9.6, 1)) for _ in range(2000))
    true = spent[int(share * len(spent))] / 1000
    found = quantile(Counter(map(class_of, spent)), share)
    assert found == pytest.approx(true, rel=0.06)


def test_no_calls_have_no_median() -> None:
    assert quantile(Counter(), 0.5) is None
    assert Tally().success is None


def test_the_shortest_duration_there_is() -> None:
    assert quantile(Counter({class_of(0): 3}), 0.5) == pytest.approx(0, abs=0.001)


def test_both_ways_in_which_counts_are_kept() -> None:
    assert read("104:17 105:3", 20) == Counter({104: 17, 105: 3})
    assert read("104", 20) == Counter({104: 20})


def test_all_succeeded_is_said_only_where_all_did() -> None:
    assert Tally(calls=100_000, errors=1).success == 99.9
    assert Tally(calls=100_000).success == 100
