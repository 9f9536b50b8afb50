"""What pharmacies and blood banks have on their shelves."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from portal.connect.synthetic.facilities import Place, places
from portal.connect.terminology.atc import MEDICINES, Medicine

SEED = 1031
SCARCE = {"N02AA01", "L01XX05", "J04AM06", "A10AB01", "A10AC01", "P01BE03", "R03BA01"}
EVERYWHERE = {"N02BE01", "J01CA04", "P01BF01", "A12CB01", "P01AB01", "B03AD03"}

# Share of each group among donors, per cent: O and B are common in West Africa, A and Rh negative in the Horn.
WEST = {"O+": 49.5, "A+": 22.0, "B+": 20.5, "AB+": 3.5, "O-": 2.3, "A-": 1.1, "B-": 0.9, "AB-": 0.2}
EAST = {"O+": 45.6, "A+": 25.4, "B+": 21.3, "AB+": 4.2, "O-": 1.8, "A-": 0.9, "B-": 0.7, "AB-": 0.1}
HORN = {"O+": 38.0, "A+": 28.0, "B+": 21.0, "AB+": 5.0, "O-": 3.6, "A-": 2.3, "B-": 1.7, "AB-": 0.4}
REGIONAL = {"ET": HORN, "KE": EAST, "TZ": EAST, "RW": EAST, "CD": EAST}

# How many units a centre of middle size holds of a component, all groups together.
COMPONENTS = {"red-cells": 260, "whole-blood": 60, "plasma": 180, "platelets": 24, "cryoprecipitate": 30}


@dataclass(frozen=True)
class Shelf:
    """A medicine in a pharmacy."""

    place: Place
    medicine: Medicine
    quantity: int


@dataclass(frozen=True)
class Fridge:
    """Units of one component and one blood group in a blood bank."""

    place: Place
    abo: str
    rh: str
    component: str
    units: int


def groups_of(country: str) -> dict[str, float]:
    """Return how common each blood group is there."""
    return REGIONAL.get(country, WEST)


def shelves() -> Iterator[Shelf]:
    """Yield the pharmacies' stock; some of it has run out."""
    chance = random.Random(SEED)  # noqa: S311 - invented stock, not keys
    for place in places():
        if place.kind != "pharmacy":
            continue
        for medicine in MEDICINES.values():
            kept = 0.35 if medicine.code in SCARCE else 0.85
            if medicine.code in EVERYWHERE or chance.random() < kept:
                yield Shelf(place, medicine, _quantity(chance, medicine))


def _quantity(chance: random.Random, medicine: Medicine) -> int:
    if chance.random() < (0.2 if medicine.code in SCARCE else 0.06):
        return 0
    pieces = {"tablet": 1000, "capsule": 600}.get(medicine.unit, 60)
    return max(1, round(pieces * chance.lognormvariate(0, 0.7)))


def fridges() -> Iterator[Fridge]:
    """Yield the blood banks' units, every group of every component, zero among them."""
    chance = random.Random(SEED + 1)  # noqa: S311 - invented stock, not keys
    for place in places():
        if place.kind != "blood-bank":
            continue
        size = chance.uniform(0.5, 1.6)
        for component, total in COMPONENTS.items():
            for group, share in groups_of(place.town.country).items():
                expected = total * size * share / 100
                units = max(0, round(chance.gauss(expected, expected**0.5)))
                yield Fridge(place, group[:-1], "positive" if group[-1] == "+" else "negative", component, units)
