"""Durations in classes that widen with the duration, so that a median of many days comes from counts alone.

Eight classes to each doubling: a quantile is off by at most 4.5 percent.
"""

import math
from collections import Counter

from django.db.models import F, FloatField, IntegerField
from django.db.models.functions import Cast, Floor, Ln

PER_DOUBLING = 8
FACTOR = PER_DOUBLING / math.log(2)


def duration_class() -> Cast:
    """Return the class of a ledger row's duration, as an expression."""
    return Cast(Floor(Ln(Cast(F("duration_us") + 1, FloatField())) * FACTOR), IntegerField())


def read(text: str, calls: int) -> Counter[int]:
    """Return the counts by class from `104:17 105:3`; a class alone holds all the calls."""
    if ":" not in text:
        return Counter({int(text): calls})
    pairs = (pair.partition(":") for pair in text.split())
    return Counter({int(number): int(count) for number, _, count in pairs})


def quantile(classes: Counter[int], share: float) -> float | None:
    """Return the duration in milliseconds that this share of the calls did not exceed, None without calls."""
    wanted, passed = share * classes.total(), 0
    for number in sorted(classes):
        if passed + classes[number] >= wanted and classes[number]:
            within = (wanted - passed) / classes[number]
            return float(2 ** ((number + within) / PER_DOUBLING) - 1) / 1000
        passed += classes[number]
    return None
