"""Laboratory values: what is normal for whom, and values that fit one another.

Ranges are those of common African and WHO sources for the analysers' usual units. A blood count is drawn as a whole,
because its numbers depend on each other: haematocrit, erythrocytes and MCH follow from haemoglobin and MCV.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.connect.terminology.loinc import TESTS

Range = tuple[float, float]
Effect = Range | str
Effects = Mapping[str, Effect]

HB, HCT, RBC, MCV, MCH = "718-7", "4544-3", "789-8", "787-2", "785-6"
WBC, NEUTROPHILS, LYMPHOCYTES, EOSINOPHILS, PLATELETS = "6690-2", "770-8", "736-9", "713-8", "777-3"
BLOOD_COUNT = (HB, HCT, RBC, MCV, MCH, WBC, NEUTROPHILS, LYMPHOCYTES, EOSINOPHILS, PLATELETS)
PANEL_OF = {
    "58410-2": BLOOD_COUNT,
    "24325-3": ("1742-6", "1920-8", "1975-2", "1751-7"),
    "24362-6": ("2160-0", "3094-0", "2951-2", "2823-3"),
    "24331-1": ("2093-3", "2571-8"),
    "24357-6": ("20454-5", "5802-4", "5799-2"),
}


@dataclass(frozen=True)
class Body:
    """What a reference range depends on."""

    sex: str
    age: int
    pregnant: bool = False


MEN: Mapping[str, Range] = {HB: (13.0, 17.0), HCT: (39, 50), RBC: (4.5, 5.9), "2160-0": (0.7, 1.3), "2276-4": (30, 400)}
ALL: Mapping[str, Range] = {
    HB: (12.0, 15.5), HCT: (36, 46), RBC: (4.0, 5.2), MCV: (80, 96), MCH: (27, 33), WBC: (3.5, 10.0),
    NEUTROPHILS: (40, 75), LYMPHOCYTES: (20, 45), EOSINOPHILS: (0, 6), PLATELETS: (150, 400), "17849-1": (0.5, 2.5),
    "4546-8": (95, 98.5), "4551-8": (1.5, 3.5), "4576-5": (0, 2), "4625-0": (0, 0),
    "1558-6": (70, 99), "2345-7": (70, 140), "4548-4": (4.0, 5.6), "2160-0": (0.5, 1.1), "3094-0": (7, 20),
    "2951-2": (135, 145), "2823-3": (3.5, 5.1), "1742-6": (7, 45), "1920-8": (8, 40), "1975-2": (0.2, 1.2),
    "1751-7": (3.5, 5.0), "1988-5": (0, 5), "2093-3": (120, 200), "2571-8": (40, 150), "2276-4": (13, 150),
    "3016-3": (0.4, 4.0), "24467-3": (500, 1500),
}  # fmt: skip
CHILDREN: Mapping[str, Range] = {
    HB: (11.5, 15.0), HCT: (35, 45), RBC: (4.0, 5.3), MCV: (77, 93), MCH: (25, 32), WBC: (4.5, 13.0),
    "2160-0": (0.3, 0.7), "3094-0": (5, 18),
}  # fmt: skip
INFANTS: Mapping[str, Range] = {
    **CHILDREN, HB: (11.0, 14.0), HCT: (33, 42), MCV: (72, 86), MCH: (24, 30), WBC: (5.0, 15.0),
    NEUTROPHILS: (25, 60), LYMPHOCYTES: (30, 65),
}  # fmt: skip
PREGNANT: Mapping[str, Range] = {HB: (11.0, 14.0), HCT: (33, 42), RBC: (3.7, 4.8)}
NEGATIVE = "Negative"
NORMAL_WORDS = {"38379-4": "Not detected", "20507-0": "Non-reactive"}
CRITICAL: Mapping[str, Range] = {
    HB: (7.0, 20.0), PLATELETS: (50, 1000), WBC: (1.5, 30.0), "1558-6": (50, 400), "2345-7": (50, 400),
    "2823-3": (2.8, 6.0), "2951-2": (120, 160), "24467-3": (200, 9999),
}  # fmt: skip


def reference_range(code: str, body: Body) -> Range | None:
    """Return what is normal, None where the answer is a word or has no range."""
    tables = [ALL]
    if body.age < 5:
        tables.insert(0, INFANTS)
    elif body.age < 15:
        tables.insert(0, CHILDREN)
    elif body.sex == "male":
        tables.insert(0, MEN)
    elif body.pregnant:
        tables.insert(0, PREGNANT)
    return next((table[code] for table in tables if code in table), None)


def values(codes: tuple[str, ...], effects: Effects, body: Body, chance: random.Random) -> dict[str, float | str]:
    """Return a value for each test: as the illness makes it, normal where the illness leaves it alone."""
    drawn: dict[str, float | str] = {code: _value(code, effects, body, chance) for code in codes}
    if HB in drawn and MCV in drawn:
        _fit_blood_count(drawn, chance)
    return {code: _rounded(code, value) for code, value in drawn.items()}


def _rounded(code: str, value: float | str) -> float | str:
    if isinstance(value, str):
        return value
    return round(value, TESTS[code].decimals or None)


def _value(code: str, effects: Effects, body: Body, chance: random.Random) -> float | str:
    effect = effects.get(code)
    if isinstance(effect, str):
        return effect
    normal = effect or reference_range(code, body)
    if normal is None:
        return NORMAL_WORDS.get(code, NEGATIVE)
    low, high = normal
    margin = 0.0 if effect else (high - low) * 0.1
    return chance.triangular(low + margin, high - margin)


def _fit_blood_count(drawn: dict[str, Any], chance: random.Random) -> None:
    drawn[HB], drawn[MCV] = round(drawn[HB], 1), round(drawn[MCV], 1)
    drawn[HCT] = round(drawn[HB] * chance.uniform(2.95, 3.05), 1)
    drawn[RBC] = round(drawn[HCT] * 10 / drawn[MCV], 2)
    drawn[MCH] = drawn[HB] * 10 / drawn[RBC]
    others = round(drawn[EOSINOPHILS]) + chance.randint(4, 8)  # monocytes and basophils are not reported
    drawn[LYMPHOCYTES] = float(max(5, 100 - round(drawn[NEUTROPHILS]) - others))


def interpretation(code: str, value: float | str, normal: Range | None) -> str:
    """Return the HL7 v3 ObservationInterpretation code."""
    if isinstance(value, str):
        return "NEG" if value in {NEGATIVE, "Not detected", "Non-reactive"} else "POS"
    if normal is None:
        return "DET" if value else "ND"
    low, high = CRITICAL.get(code, (float("-inf"), float("inf")))
    if value < normal[0]:
        return "LL" if value < low else "L"
    if value > normal[1]:
        return "HH" if value > high else "H"
    return "N"
