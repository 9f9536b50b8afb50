"""Fictional facilities in real towns: hospitals, laboratories, pharmacies, blood banks."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

SEED = 77


@dataclass(frozen=True)
class Town:
    """A town, with its ISO 3166-2 region and where it lies."""

    code: str
    name: str
    country: str
    region: str
    latitude: float
    longitude: float


TOWNS = (
    Town("LOS", "Lagos", "NG", "NG-LA", 6.5244, 3.3792),
    Town("ABV", "Abuja", "NG", "NG-FC", 9.0579, 7.4951),
    Town("KAN", "Kano", "NG", "NG-KN", 12.0022, 8.5920),
    Town("ACC", "Accra", "GH", "GH-AA", 5.6037, -0.1870),
    Town("KMS", "Kumasi", "GH", "GH-AH", 6.6885, -1.6244),
    Town("DKR", "Dakar", "SN", "SN-DK", 14.7167, -17.4677),
    Town("THI", "Thiès", "SN", "SN-TH", 14.7910, -16.9359),
    Town("ABJ", "Abidjan", "CI", "CI-AB", 5.3600, -4.0083),
    Town("COO", "Cotonou", "BJ", "BJ-LI", 6.3703, 2.3912),
    Town("DLA", "Douala", "CM", "CM-LT", 4.0511, 9.7679),
    Town("NSI", "Yaoundé", "CM", "CM-CE", 3.8480, 11.5021),
    Town("FIH", "Kinshasa", "CD", "CD-KN", -4.4419, 15.2663),
    Town("GOM", "Goma", "CD", "CD-NK", -1.6585, 29.2204),
    Town("KGL", "Kigali", "RW", "RW-01", -1.9441, 30.0619),
    Town("NBO", "Nairobi", "KE", "KE-30", -1.2921, 36.8219),
    Town("KIS", "Kisumu", "KE", "KE-17", -0.0917, 34.7680),
    Town("DAR", "Dar es Salaam", "TZ", "TZ-02", -6.7924, 39.2083),
    Town("ARK", "Arusha", "TZ", "TZ-01", -3.3869, 36.6830),
    Town("ADD", "Addis Ababa", "ET", "ET-AA", 9.0300, 38.7400),
)
HOSPITALS = (
    "Baobab Teaching Hospital",
    "Marula General Hospital",
    "Acacia District Hospital",
    "Iroko Referral Hospital",
)
PHARMACIES = ("Moringa Pharmacy", "Neem Pharmacy", "Hibiscus Pharmacy", "Tamarind Pharmacy", "Rooibos Pharmacy")
LABORATORIES = ("Lumière Laboratories", "Clearwater Diagnostics", "Savanna Reference Laboratory")
SERVICES = {
    "hospital": ("emergency", "inpatient", "laboratory", "maternity", "outpatient", "pharmacy", "surgery"),
    "clinic": ("outpatient",),
    "laboratory": ("laboratory",),
    "pharmacy": ("pharmacy",),
    "blood-bank": ("blood-bank",),
}
NOT_GRANTED = "NG-LOS-C1"
"""The clinic that no sandbox client may send data for, so that `facility_not_granted` can be met."""


@dataclass(frozen=True)
class Place:
    """One invented facility."""

    code: str
    name: str
    kind: str
    town: Town
    latitude: float
    longitude: float

    @property
    def services(self) -> tuple[str, ...]:
        """Return what is done there."""
        return SERVICES[self.kind]


@lru_cache(maxsize=1)
def places() -> tuple[Place, ...]:
    """Return all of them, the same every time."""
    return tuple(_all())


def _all() -> Iterator[Place]:
    chance = random.Random(SEED)  # noqa: S311 - invented facilities, not keys
    for number, town in enumerate(TOWNS):
        yield _place(chance, town, "hospital", "H1", HOSPITALS[number % len(HOSPITALS)])
        if number % 2 == 0:
            yield _place(chance, town, "laboratory", "L1", LABORATORIES[number // 2 % len(LABORATORIES)])
        for pharmacy in (1, 2):
            name = PHARMACIES[(number + pharmacy * 2) % len(PHARMACIES)]
            yield _place(chance, town, "pharmacy", f"P{pharmacy}", name)
        yield _place(chance, town, "blood-bank", "B1", "Regional Blood Centre")
    yield _place(chance, TOWNS[0], "clinic", "C1", "Kapok Clinic")


def _place(chance: random.Random, town: Town, kind: str, suffix: str, name: str) -> Place:
    latitude = round(town.latitude + chance.uniform(-0.04, 0.04), 4)
    longitude = round(town.longitude + chance.uniform(-0.04, 0.04), 4)
    return Place(f"{town.country}-{town.code}-{suffix}", f"{name} {town.name}", kind, town, latitude, longitude)


def hospitals(country: str) -> list[Place]:
    """Return the country's hospitals."""
    return [place for place in places() if place.kind == "hospital" and place.town.country == country]
