"""The sandbox's people: invented, seeded, the same every time.

The first ones are written out, because guides and tests meet them by name. The rest are drawn from names of several
countries, with accents and compound names, a pair of twins, a shared phone and estimated birth dates.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from portal.connect import health_ids
from portal.connect.models import Dataset, Patient, PatientIdentifier

SEED = 2024
COUNT = 48
UPDATED_AT = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)


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
    yield from NAMED
    chance = random.Random(SEED)  # noqa: S311 - invented people, not keys
    for number in range(len(NAMED), COUNT):
        yield _draw(chance, number)


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


@transaction.atomic
def load_fixtures() -> Dataset:
    """Create the sandbox's fixtures, or put back what is missing. Nothing is doubled."""
    dataset, _ = Dataset.objects.get_or_create(kind=Dataset.FIXTURES, application=None)
    known = set(dataset.patients.values_list("health_id", flat=True))
    for person in people():
        if person.health_id in known:
            continue
        row = {name: value for name, value in vars(person).items() if name != "identifiers"}
        patient = Patient.objects.create(dataset=dataset, updated_at=UPDATED_AT, **row)
        PatientIdentifier.objects.bulk_create(
            PatientIdentifier(patient=patient, system=system, value=value) for system, value in person.identifiers
        )
    return dataset
