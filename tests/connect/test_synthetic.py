"""The synthetic data: real codes, the same every time, and nothing that a clinician would not believe."""

from collections import Counter, defaultdict

import pytest

from portal.connect import health_ids
from portal.connect.synthetic import NAMED, people
from portal.connect.synthetic.histories import (
    NAMESPACE,
    Diagnosis,
    Finding,
    diagnosis_body,
    finding_body,
    histories,
)
from portal.connect.synthetic.stocks import fridges, groups_of, shelves
from portal.connect.terminology import atc, icd10, loinc

PEOPLE = {person.health_id: person for person in people()}
TOLD = list(histories())
DIAGNOSES = [row for row in TOLD if isinstance(row, Diagnosis)]
FINDINGS = [row for row in TOLD if isinstance(row, Finding)]


def test_every_code_is_of_its_system() -> None:
    assert NAMESPACE
    assert all(loinc.is_loinc(code) for code in (*loinc.TESTS, *loinc.PANELS))
    assert all(icd10.is_icd10(code) for code in icd10.CONDITIONS)
    assert all(atc.is_atc(code) for code in atc.MEDICINES)
    assert len(loinc.TESTS) >= 40
    assert len(icd10.CONDITIONS) >= 60
    assert len(atc.MEDICINES) >= 50


@pytest.mark.parametrize("code", ["718-8", "0718-7", "718", "718-7 ", "70569-8", ""])
def test_a_mistyped_loinc_is_noticed(code: str) -> None:
    assert not loinc.is_loinc(code)


def test_it_is_the_same_every_time() -> None:
    assert list(histories()) == TOLD
    assert list(shelves()) == list(shelves())
    assert list(fridges()) == list(fridges())


def test_those_drawn_first_are_still_there() -> None:
    first = list(people())[:48]
    assert first[: len(NAMED)] == list(NAMED)
    assert (first[6].health_id, first[47].health_id) == FIRST_DRAWN


FIRST_DRAWN = ("OPC-2024-D6W59H7K", "OPC-2024-4MDNYZ6Q")


def test_people_are_500_with_sound_health_ids_twins_shared_phones_and_estimated_birth_dates() -> None:
    assert len(PEOPLE) == 500
    assert all(health_ids.parse(health_id) == health_id for health_id in PEOPLE)
    phones = Counter(person.phone for person in PEOPLE.values() if person.phone)
    assert sum(1 for count in phones.values() if count > 1) > 10
    births = Counter((person.family_name, person.birth_date, person.phone) for person in PEOPLE.values())
    assert sum(1 for count in births.values() if count > 1) >= 5
    estimated = [person for person in PEOPLE.values() if person.birth_date_estimated]
    assert len(estimated) > 15
    numbers = [identifier for person in PEOPLE.values() for identifier in person.identifiers]
    assert len(numbers) == len(set(numbers)) > 40


def test_illnesses_fit_those_who_have_them() -> None:
    assert len({row.illness.code for row in DIAGNOSES}) > 40
    for row in DIAGNOSES:
        person = PEOPLE[row.health_id]
        assert row.recorded.date() >= person.birth_date
        assert row.place.town.country == person.country
        if row.illness.code.startswith(("O", "Z34")):
            assert person.sex == "female"


def by_person(code: str) -> set[str]:
    return {row.health_id for row in DIAGNOSES if row.illness.code == code}


def values_of(health_id: str, code: str) -> list[float | str]:
    return [row.value for row in FINDINGS if row.health_id == health_id and row.code == code]


def test_results_fit_the_diagnoses() -> None:
    for health_id in by_person("B50.9"):
        assert any("falciparum" in str(value) for value in values_of(health_id, "70569-9"))
    for health_id in by_person("D57.1"):
        assert all(float(value) < 9 for value in values_of(health_id, "718-7"))
        assert all(float(value) > 75 for value in values_of(health_id, "4625-0"))
    for health_id in by_person("E11.9"):
        assert any(float(value) >= 6.5 for value in values_of(health_id, "4548-4"))
    malaria_free = [row for row in FINDINGS if row.code == "70569-9" and row.interpretation == "NEG"]
    assert malaria_free, "a test that only sick people get is no test"


def test_a_blood_count_is_one_blood() -> None:
    counts: dict[tuple[object, ...], dict[str, float]] = defaultdict(dict)
    for row in FINDINGS:
        if row.panel == "58410-2":
            counts[row.health_id, row.collected][row.code] = float(row.value)
    assert len(counts) > 200
    for count in counts.values():
        assert count["4544-3"] == pytest.approx(count["718-7"] * 3, rel=0.03)
        assert count["787-2"] == pytest.approx(count["4544-3"] * 10 / count["789-8"], rel=0.02)
        assert count["785-6"] == pytest.approx(count["718-7"] * 10 / count["789-8"], rel=0.02)
        assert count["770-8"] + count["736-9"] + count["713-8"] <= 100
        assert all(value >= 0 for value in count.values())


def test_interpretations_follow_the_ranges() -> None:
    for row in FINDINGS:
        if row.normal is not None and not isinstance(row.value, str):
            low, high = row.normal
            expected = "L" if row.value < low else "H" if row.value > high else "N"
            assert row.interpretation.startswith(expected)


def test_bodies_name_their_codes() -> None:
    for row in FINDINGS:
        body = finding_body(row)
        assert body["display"]
        assert (body["value_quantity"] is None) != (body["value_string"] is None)
    assert all(diagnosis_body(row)["display"] for row in DIAGNOSES)


def test_blood_follows_how_common_the_groups_are() -> None:
    cells = [row for row in fridges() if row.component == "red-cells"]
    units = Counter[str]()
    for row in cells:
        units[row.abo + ("+" if row.rh == "positive" else "-")] += row.units
    assert units["O+"] > units["B+"] > units["AB+"] > units["AB-"]
    assert all(sum(groups_of(country).values()) == pytest.approx(100, abs=0.1) for country in ("NG", "KE", "ET"))
    assert any(shelf.quantity == 0 for shelf in shelves())
