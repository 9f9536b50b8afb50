"""The sandbox's people: invented, seeded, the same every time.

The first ones are written out, because guides and tests meet them by name. The rest are drawn from names of several
countries, with accents and compound names, twins, shared phones and estimated birth dates. Those drawn first stay as
they were first drawn: somebody may have their Health IDs in a test of their own.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

from portal.connect import health_ids
from portal.connect.synthetic.stocks import groups_of

SEED = 2024
FIRST_DRAWN = 48
COUNT = 500
LATEST_BIRTH = date(2025, 11, 30)


@dataclass(frozen=True)
class Person:
    """One invented person."""

    health_id: str
    given_name: str
    family_name: str
    sex: str
    birth_date: date
    country: str
    blood_group: str = ""
    phone: str = ""
    birth_date_estimated: bool = False
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    merged_into: str = ""
    local_number: tuple[str, str] | None = None


NAMED = (
    Person("OPC-2024-DEMO1", "Amina", "Okafor", "female", date(1990, 4, 12), "NG", "O+", "+2348030000001",
           identifiers=[("urn:opescare:id:ng-nin", "48211907653")]),
    Person("OPC-2024-DEMO2", "Kwabena", "Mensah", "male", date(1978, 11, 3), "GH", "A+", "+233240000002",
           identifiers=[("urn:opescare:id:gh-card", "GHA-700000002-1")]),
    Person("OPC-2024-DEMO3", "Fatou Bintou", "Ndiaye", "female", date(2001, 6, 30), "SN", "B+", "+221770000003"),
    Person("OPC-2024-DEMO4", "Awa", "N'Guessan", "female", date(2019, 9, 18), "CI", "O+", "+2250700000004"),
    Person("OPC-2024-DEMO5", "Adjoua", "N'Guessan", "female", date(2019, 9, 18), "CI", "O+", "+2250700000004"),
    Person("OPC-2024-DEMO6", "Yohannes", "Tesfaye", "male", date(1955, 1, 1), "ET", "", "", birth_date_estimated=True),
)  # fmt: skip

# People to try resolve with; the twins are DEMO4 and DEMO5, the estimated birthday is DEMO6. DEMO12 was merged into
# DEMO11. DEMO13 and DEMO14 are two people whom nothing known tells apart. DEMO15 holds a local number in every
# sandbox: send it with somebody else's demographics, and it is a reused number.
MET_BY_RESOLVE = (
    Person("OPC-2024-DEMO11", "Halima", "Abubakar", "female", date(1985, 3, 14), "NG", "O+", "+2348030000011"),
    Person("OPC-2024-DEMO12", "Halimat", "Abubakr", "female", date(1985, 3, 14), "NG", "O+", "+2348030000011",
           merged_into="OPC-2024-DEMO11"),
    Person("OPC-2024-DEMO13", "Fatou", "Diop", "female", date(1980, 1, 1), "SN", "", "", birth_date_estimated=True),
    Person("OPC-2024-DEMO14", "Fatou", "Diop", "female", date(1980, 1, 1), "SN", "", "", birth_date_estimated=True),
    Person("OPC-2024-DEMO15", "Otieno", "Odhiambo", "male", date(1962, 8, 19), "KE", "A+", "+254710000015",
           local_number=("demo-his", "REUSED-1")),
)  # fmt: skip

# Nobody may read these before resolving them or breaking the glass, as anybody in production.
MET_BY_CARE = (
    Person("OPC-2024-DEMO21", "Wambui", "Njoroge", "female", date(1994, 2, 17), "KE", "B+", "+254710000021"),
    Person("OPC-2024-DEMO22", "Emeka", "Nwachukwu", "male", date(1971, 5, 9), "NG", "O-", "+2348030000022",
           identifiers=[("urn:opescare:id:ng-nin", "48211907754")]),
)  # fmt: skip
IN_CARE_ONLY = frozenset(person.health_id for person in MET_BY_CARE)

PLACES = {
    "BJ": (["Koffi", "Sènan", "Rose-Aimée", "Yèmi"], ["Hounkpatin", "Dossou", "Agbo"], "+22997"),
    "CD": (
        ["Dieudonné", "Grâce", "Merveille", "Jean-Pierre"],
        ["Kabongo", "Tshisekedi wa Mulumba", "Ilunga"],
        "+24381",
    ),
    "CM": (["Aïcha", "Emmanuel", "Ngo Marie", "Désiré"], ["Mbarga", "Fokou", "Njoya"], "+23767"),
    "KE": (["Wanjiru", "Otieno", "Chebet", "Mwende"], ["Kamau", "Odhiambo", "Mutua"], "+25471"),
    "NG": (["Ngozi", "Chukwuemeka", "Oluwaseun", "Halima"], ["Adébáyọ̀", "Eze", "Balogun"], "+23480"),
    "RW": (["Uwase", "Mugisha", "Keza", "Innocent"], ["Habimana", "Uwimana", "Nkurunziza"], "+25078"),
    "SN": (["Moussa", "Khady", "Cheikh Ahmadou", "Sokhna"], ["Diop", "Sarr", "Fall"], "+22177"),
    "TZ": (["Neema", "Baraka", "Zawadi", "Juma"], ["Mwakalinga", "Shayo", "Kimaro"], "+25575"),
}
GROUPS, FREQUENCIES = ("O+", "A+", "B+", "AB+", "O-", "A-", "B-"), (48, 22, 20, 4, 3, 2, 1)


def people() -> Iterator[Person]:
    """Yield all of them, in the same order every time."""
    yield from _everybody()


@lru_cache(maxsize=1)
def _everybody() -> tuple[Person, ...]:
    everybody = list(NAMED)
    chance = random.Random(SEED)  # noqa: S311 - invented people, not keys
    everybody += [_draw(chance, number) for number in range(len(NAMED), FIRST_DRAWN)]
    chance = random.Random(SEED + 1)  # noqa: S311
    taken = {person.health_id for person in everybody}
    while len(everybody) < COUNT:
        family = _household(chance, len(everybody))
        everybody += [person for person in family if person.health_id not in taken]
        taken |= {person.health_id for person in family}
    met = (*MET_BY_RESOLVE, *MET_BY_CARE)
    return (*everybody[: COUNT - len(met)], *met)


def _draw(chance: random.Random, number: int) -> Person:
    country = chance.choice(sorted(PLACES))
    given, family, dialling = PLACES[country]
    estimated = chance.random() < 0.15
    born = date(1940, 1, 1) + timedelta(days=chance.randrange(85 * 365))
    return Person(
        health_id=health_ids.make(2024, chance.randrange(32**7)),
        given_name=chance.choice(given),
        family_name=chance.choice(family),
        sex=chance.choice(("female", "male")),
        birth_date=born.replace(month=1, day=1) if estimated else born,
        birth_date_estimated=estimated,
        country=country,
        blood_group=chance.choices(GROUPS, FREQUENCIES)[0] if chance.random() < 0.8 else "",
        phone=f"{dialling}{number:07d}",
    )


# Given names by sex, family names and dialling codes, of those who were drawn later.
NAMES: Mapping[str, tuple[list[str], list[str], list[str], str]] = {
    "BJ": (["Rose-Aimée", "Yèmi", "Afiavi", "Bignon", "Sessi"], ["Koffi", "Sènan", "Dossa", "Codjo", "Gbènoukpo"],
           ["Hounkpatin", "Dossou", "Agbo", "Ahouansou", "Zinsou", "Kpadé"], "+22997"),
    "CD": (["Grâce", "Merveille", "Béatrice", "Marie-Louise", "Nsimba"],
           ["Dieudonné", "Jean-Pierre", "Trésor", "Papy", "Nzuzi"],
           ["Kabongo", "Tshisekedi wa Mulumba", "Ilunga", "Mukendi", "Kalala", "Lukusa"], "+24381"),
    "CI": (["Aya", "Affoué", "Mariam", "Adjoua", "Ange-Désirée"], ["Kouassi", "Yao", "Koffi", "Serge-Alain", "Lamine"],
           ["N'Guessan", "Kouadio", "Coulibaly", "Bamba", "Ouattara", "Gnahoré"], "+22507"),
    "CM": (["Aïcha", "Ngo Marie", "Solange", "Bih", "Élodie"], ["Emmanuel", "Désiré", "Ngu", "Hervé", "Souleymanou"],
           ["Mbarga", "Fokou", "Njoya", "Tchoumi", "Fon", "Ngassa"], "+23767"),
    "ET": (["Hiwot", "Selamawit", "Tsehay", "Meron", "Bethlehem"],
           ["Yohannes", "Dawit", "Abebe", "Tewodros", "Getachew"],
           ["Tesfaye", "Bekele", "Haile", "Gebremariam", "Wolde", "Alemu"], "+25191"),
    "GH": (["Akosua", "Abena", "Efua", "Adwoa Serwaa", "Memuna"],
           ["Kwabena", "Kofi", "Yaw", "Kwame Nkansah", "Ibrahim"],
           ["Mensah", "Owusu", "Boateng", "Asante", "Agyeman-Duah", "Tetteh"], "+23324"),
    "KE": (["Wanjiru", "Chebet", "Mwende", "Akinyi", "Fatuma"], ["Otieno", "Kipchoge", "Mwangi", "Juma", "Abdi"],
           ["Kamau", "Odhiambo", "Mutua", "Kiprono", "Wekesa", "Omar"], "+25471"),
    "NG": (["Ngozi", "Halima", "Titilayọ", "Chiamaka", "Aisha"],
           ["Chukwuemeka", "Oluwaseun", "Ibrahim", "Tunde", "Musa"],
           ["Adébáyọ̀", "Eze", "Balogun", "Okonkwo", "Danjuma", "Abubakar"], "+23480"),
    "RW": (["Uwase", "Keza", "Mutesi", "Ingabire", "Marie-Claire"],
           ["Mugisha", "Innocent", "Eric", "Jean de Dieu", "Shema"],
           ["Habimana", "Uwimana", "Nkurunziza", "Mukamana", "Niyonzima"], "+25078"),
    "SN": (["Khady", "Sokhna", "Awa", "Ndèye Fatou", "Mame Diarra"],
           ["Moussa", "Cheikh Ahmadou", "Ousmane", "Ibrahima", "Modou"],
           ["Diop", "Sarr", "Fall", "Ndiaye", "Sène", "Bâ"], "+22177"),
    "TZ": (["Neema", "Zawadi", "Rehema", "Upendo", "Asha"], ["Baraka", "Juma", "Hamisi", "Emanuel", "Godfrey"],
           ["Mwakalinga", "Shayo", "Kimaro", "Massawe", "Mushi", "Salum"], "+25575"),
}  # fmt: skip
WEIGHTS = {"BJ": 6, "CD": 10, "CI": 9, "CM": 10, "ET": 9, "GH": 9, "KE": 12, "NG": 15, "RW": 6, "SN": 9, "TZ": 9}
NATIONAL = {"NG": "urn:opescare:id:ng-nin", "GH": "urn:opescare:id:gh-card", "KE": "urn:opescare:id:ke-id"}
AGES = ((0, 4, 15), (5, 14, 25), (15, 24, 19), (25, 44, 24), (45, 64, 12), (65, 88, 5))


def _household(chance: random.Random, number: int) -> list[Person]:
    """Return one person, or twins, or a mother and her child on one phone."""
    kind = chance.choices(("one", "twins", "mother"), (86, 3, 11))[0]
    if kind == "one":
        return [_later(chance, number)]
    if kind == "twins":
        first = _later(chance, number, estimated=False)
        sex = chance.choice(("female", "male"))
        given = chance.choice([name for name in _given(first.country, sex) if name != first.given_name])
        twin = replace(_later(chance, number + 1), given_name=given, sex=sex, family_name=first.family_name)
        twin = replace(twin, birth_date=first.birth_date, birth_date_estimated=False, country=first.country)
        return [first, replace(twin, phone=first.phone, identifiers=[])]
    mother = _later(chance, number, sex="female", born=_between(chance, 1982, 2003))
    born = _between(chance, 2016, 2025)
    child = replace(_later(chance, number + 1, born=born, country=mother.country), phone=mother.phone, identifiers=[])
    return [mother, child]


def _later(
    chance: random.Random,
    number: int,
    *,
    sex: str = "",
    born: date | None = None,
    country: str = "",
    estimated: bool | None = None,
) -> Person:
    country = country or chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    sex = sex or chance.choice(("female", "male"))
    born = born or _birth_date(chance)
    guessed = chance.random() < 0.3 and born.year < 1985
    if estimated is not None:
        guessed = estimated
    groups = groups_of(country)
    system = NATIONAL.get(country, "")
    has_number = bool(system) and born.year < 2008 and chance.random() < 0.7
    return Person(
        health_id=health_ids.make(2024 + number % 3, chance.randrange(32**7)),
        given_name=chance.choice(_given(country, sex)),
        family_name=chance.choice(NAMES[country][2]),
        sex=sex,
        birth_date=born.replace(month=1, day=1) if guessed else born,
        birth_date_estimated=guessed,
        country=country,
        blood_group=chance.choices(list(groups), list(groups.values()))[0] if chance.random() < 0.75 else "",
        phone=f"{NAMES[country][3]}{number:07d}" if chance.random() < 0.9 else "",
        identifiers=[(system, _national_number(country, number))] if has_number else [],
    )


def _given(country: str, sex: str) -> list[str]:
    women, men, _families, _dialling = NAMES[country]
    return women if sex == "female" else men


def _birth_date(chance: random.Random) -> date:
    youngest, oldest, _ = chance.choices(AGES, [share for _, _, share in AGES])[0]
    return min(LATEST_BIRTH, _between(chance, 2025 - oldest, 2025 - youngest))


def _between(chance: random.Random, first: int, last: int) -> date:
    day = date(first, 1, 1) + timedelta(days=chance.randrange((last - first + 1) * 365))
    return min(LATEST_BIRTH, day)


def _national_number(country: str, number: int) -> str:
    """Return a number of the register's form that no register would give: the series are not in use."""
    return {"NG": f"0000{number:07d}", "GH": f"GHA-700{number:06d}-0", "KE": f"0{number:07d}"}[country]
