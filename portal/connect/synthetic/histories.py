"""What happened to each of the sandbox's people: visits with diagnoses, and the laboratory results that fit them."""

import random
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal.connect.synthetic.facilities import Place, hospitals
from portal.connect.synthetic.illnesses import ACUTE, BY_CODE, CHRONIC, Illness
from portal.connect.synthetic.laboratory import HB, PANEL_OF, Body, Effect, interpretation, reference_range, values
from portal.connect.synthetic.people import Person, people
from portal.connect.terminology import loinc

FIRST, LAST = date(2024, 1, 8), date(2025, 12, 20)
NAMESPACE = uuid.UUID("6f0e5a52-3f3b-4c56-9d43-1f4b7c2f9a10")
PREGNANCY = {"Z34.9", "O13", "O14.9", "O80.9"}
LIFELONG = {"D55.0", "D57.1", "D57.3"}
NOT_BOTH = ({"D57.1", "D57.3"}, {"E10.9", "E11.9"}, {"E03.9", "E05.9"})
PANEL_BY_TESTS = {tests: code for code, tests in PANEL_OF.items()}

# The people whom guides and tests meet by name have the histories that these tell of.
STORIES: Mapping[str, tuple[tuple[str, date], ...]] = {
    "OPC-2024-DEMO1": (("D50.9", date(2025, 3, 4)), ("B50.9", date(2025, 11, 18))),
    "OPC-2024-DEMO2": (("I10", date(2024, 2, 12)), ("E11.9", date(2024, 2, 12)), ("E11.9", date(2025, 2, 17)),
                       ("E11.9", date(2025, 9, 8))),
    "OPC-2024-DEMO3": (("D57.1", date(2024, 5, 6)), ("D57.0", date(2025, 8, 21))),
    "OPC-2024-DEMO4": (("B50.9", date(2025, 6, 11)), ("H66.9", date(2025, 10, 2))),
    "OPC-2024-DEMO5": (("J06.9", date(2025, 6, 12)),),
    "OPC-2024-DEMO6": (("I10", date(2024, 3, 19)), ("N18.9", date(2024, 9, 10)), ("N18.9", date(2025, 7, 15))),
    "OPC-2024-DEMO21": (("B50.9", date(2025, 10, 7)),),
    "OPC-2024-DEMO22": (("I10", date(2024, 6, 3)), ("E11.9", date(2025, 4, 14))),
}  # fmt: skip


@dataclass(frozen=True)
class Diagnosis:
    """A coded condition of a person."""

    public_id: uuid.UUID
    health_id: str
    illness: Illness
    place: Place
    onset: date
    recorded: datetime


@dataclass(frozen=True)
class Finding:
    """One laboratory result of a person."""

    public_id: uuid.UUID
    health_id: str
    code: str
    panel: str
    value: float | str
    normal: tuple[float, float] | None
    interpretation: str
    place: Place
    collected: datetime
    issued: datetime


def histories() -> Iterator[Diagnosis | Finding]:
    """Yield everybody's diagnoses and results, the same every time."""
    for person in people():
        yield from history_of(person)


def history_of(person: Person) -> Iterator[Diagnosis | Finding]:
    """Yield one person's diagnoses and results, the same every time."""
    # Everyone has a chance of their own, so that a new person changes nobody else's history.
    yield from _History(person, random.Random(f"history of {person.health_id}")).told()  # noqa: S311


class _History:
    """One person's visits, in the order in which they took place."""

    def __init__(self, person: Person, chance: random.Random) -> None:
        self.person = person
        self.chance = chance
        self.chronic: list[Illness] = []
        self.places = hospitals(person.country)
        self.count = 0

    def told(self) -> Iterator[Diagnosis | Finding]:
        if not self.places:
            return
        known: set[str] = set()
        visits = sorted(self._visits(), key=lambda visit: visit[1])
        self.chronic = [illness for illness, _ in visits if illness.code in LIFELONG]
        for illness, day in visits:
            place = self.chance.choice(self.places)
            arrived = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
                minutes=self.chance.randint(7 * 60, 16 * 60)
            )
            if illness.chronic:
                self.chronic.append(illness)
            if not (illness.chronic and illness.code in known):
                yield self._diagnosis(illness, place, day, arrived)
            known.add(illness.code)
            yield from self._findings(illness, place, arrived)

    def _body(self, day: date, illness: Illness | None = None) -> Body:
        born = self.person.birth_date
        age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        return Body(self.person.sex, age, bool(illness and illness.code in PREGNANCY))

    def _visits(self) -> list[tuple[Illness, date]]:
        if self.person.health_id in STORIES:
            return [(BY_CODE[code], day) for code, day in STORIES[self.person.health_id]]
        visits: list[tuple[Illness, date]] = []
        for illness in CHRONIC:
            day = self._day()
            has = {each.code for each, _ in visits}
            excluded = any(illness.code in pair and has & pair for pair in NOT_BOTH)
            if illness.may_befall(self._body(day)) and self.chance.random() < illness.weight / 100 and not excluded:
                visits += [(illness, day + timedelta(days=180 * again)) for again in range(3)]
        for _ in range(self.chance.choices((0, 1, 2, 3), (20, 45, 25, 10))[0]):
            visits += self._acute()
        return [(illness, day) for illness, day in visits if day <= LAST and self._body(day).age >= 0]

    def _acute(self) -> list[tuple[Illness, date]]:
        day = self._day()
        body = self._body(day)
        possible = [illness for illness in ACUTE if illness.may_befall(body)]
        if not possible:
            return []
        illness = self.chance.choices(possible, [each.weight for each in possible])[0]
        before = [(BY_CODE[illness.with_code], day - timedelta(days=84))] if illness.with_code else []
        return [*before, (illness, day)]

    def _day(self) -> date:
        return FIRST + timedelta(days=self.chance.randrange((LAST - FIRST).days))

    def _id(self) -> uuid.UUID:
        self.count += 1
        return uuid.uuid5(NAMESPACE, f"{self.person.health_id}/{self.count}")

    def _diagnosis(self, illness: Illness, place: Place, day: date, arrived: datetime) -> Diagnosis:
        onset = day - timedelta(days=0 if illness.chronic else self.chance.randint(0, 4))
        recorded = arrived + timedelta(minutes=self.chance.randint(30, 240))
        return Diagnosis(self._id(), self.person.health_id, illness, place, onset, recorded)

    def _findings(self, illness: Illness, place: Place, arrived: datetime) -> Iterator[Finding]:
        body = self._body(arrived.date(), illness)
        effects = self._effects(illness)
        collected = arrived + timedelta(minutes=self.chance.randint(10, 40))
        for tests in illness.tests:
            issued = collected + timedelta(minutes=self.chance.randint(45, 300))
            for code, value in values(tests, effects, body, self.chance).items():
                normal = None if isinstance(value, str) else reference_range(code, body)
                yield Finding(
                    self._id(), self.person.health_id, code, PANEL_BY_TESTS.get(tests, ""), value, normal,
                    interpretation(code, value, normal), place, collected, issued,
                )  # fmt: skip

    def _effects(self, illness: Illness) -> dict[str, Effect]:
        """Return what the laboratory finds in somebody who has this, on top of what they always have."""
        effects: dict[str, Effect] = {}
        for each in (*self.chronic, illness):
            for code, effect in each.finds.items():
                lowest = effects.get(HB)
                if code == HB and isinstance(lowest, tuple) and isinstance(effect, tuple):
                    effects[code] = min(lowest, effect)
                else:
                    effects[code] = effect
        return effects


def diagnosis_body(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the condition as the API answers it, without the patient's Health ID."""
    return {
        "id": str(diagnosis.public_id),
        "icd10": diagnosis.illness.code,
        "display": diagnosis.illness.display,
        "local_code": None,
        "unmapped": False,
        "clinical_status": "active" if diagnosis.illness.chronic else "resolved",
        "rank": 1,
        "onset": diagnosis.onset.isoformat(),
        "recorded": _moment(diagnosis.recorded),
        "facility_code": diagnosis.place.code,
        "encounter_id": None,
    }


def finding_body(finding: Finding) -> dict[str, Any]:
    """Return the result as the API answers it, without the patient's Health ID."""
    test = loinc.TESTS[finding.code]
    number = None if isinstance(finding.value, str) else {"value": finding.value, "unit": test.unit}
    low, high = finding.normal or (None, None)
    return {
        "id": str(finding.public_id),
        "status": "final",
        "loinc": finding.code,
        "display": test.display,
        "local_code": None,
        "unmapped": False,
        "value_quantity": number,
        "value_string": finding.value if isinstance(finding.value, str) else None,
        "reference_range": {"low": low, "high": high} if finding.normal else None,
        "interpretation": finding.interpretation,
        "specimen": test.specimen,
        "collected": _moment(finding.collected),
        "issued": _moment(finding.issued),
        "panel_loinc": finding.panel or None,
        "panel_display": loinc.display(finding.panel) or None,
        "facility_code": finding.place.code,
        "report_id": None,
    }


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
