"""Who is linked automatically, and who never is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.connect.blocking import asked_keys, stored_keys
from portal.connect.matching import LINK, MARGIN, Closeness, Demographics, Grade, compare, decide
from portal.connect.names import fold, same_name, similarity

AMINA = Demographics("Amina", "Okafor", "female", date(1990, 4, 12), phone="+2348030000001")
NIN = frozenset({("urn:opescare:id:ng-nin", "48211907653")})
OTHER_NIN = frozenset({("urn:opescare:id:ng-nin", "48211907654")})

names = st.one_of(
    st.sampled_from(
        ["Amina", "Aminata", "Fatou Bintou", "fatou-bintou", "N'Guessan", "Nguessan", "Adébáyọ̀", "Wanjiru", "Wanjiku",
         "Jean-Pierre", "Jean", "Lô", "Hassan", "Hussein", "Tshisekedi wa Mulumba", "ሀይሌ", "محمد", "-"]
    ),
    st.text(min_size=1, max_size=30),
)  # fmt: skip
numbers = st.frozensets(st.tuples(st.sampled_from(["urn:a", "urn:b"]), st.sampled_from(["1", "2", "3"])), max_size=3)
people = st.builds(
    Demographics,
    given_name=names,
    family_name=names,
    sex=st.sampled_from(["female", "male", "other", "unknown"]),
    birth_date=st.one_of(
        st.dates(date(1920, 1, 1), date(2026, 1, 1)),
        st.sampled_from([date(1980, 1, 1), date(1990, 4, 12), date(1990, 12, 4)]),
    ),
    birth_date_estimated=st.booleans(),
    phone=st.sampled_from(["", "+2348030000001", "08030000001", "0000000000", "+221770000003"]),
    identifiers=numbers,
    verified=numbers,
)  # fmt: skip
alike = st.builds(
    lambda person, changes: (person, replace(person, **changes)),
    people,
    st.fixed_dictionaries(
        {}, optional={"given_name": names, "sex": st.sampled_from(["female", "male"]), "phone": st.just("")}
    ),
)
pairs = st.one_of(st.tuples(people, people), alike)


@given(pairs)
def test_comparing_is_symmetric(pair: tuple[Demographics, Demographics]) -> None:
    one, other = pair
    assert compare(one, other) == compare(other, one)


@given(pairs)
def test_another_sex_is_never_linked(pair: tuple[Demographics, Demographics]) -> None:
    one, other = pair
    assume({one.sex, other.sex} in ({"female", "male"}, {"female", "other"}, {"male", "other"}))
    assert decide(one, [(1, other)]).match is None


@given(pairs)
def test_another_number_in_the_same_register_is_never_linked(pair: tuple[Demographics, Demographics]) -> None:
    one, other = pair
    assert decide(replace(one, identifiers=NIN), [(1, replace(other, identifiers=OTHER_NIN))]).match is None


@given(pairs)
def test_what_is_linked_without_a_number_has_both_names_and_the_sex(pair: tuple[Demographics, Demographics]) -> None:
    one, other = (replace(person, verified=frozenset()) for person in pair)
    if decide(one, [(1, other)]).match:
        straight = min(similarity(one.given, other.given), similarity(one.family, other.family))
        crossed = min(similarity(one.given, other.family), similarity(one.family, other.given))
        assert max(straight, crossed) >= 0.88
        assert one.sex == other.sex != "unknown"


@given(people, st.lists(people, max_size=6), st.randoms())
def test_the_decision_does_not_depend_on_the_order_of_candidates(
    person: Demographics, others: list[Demographics], chance: object
) -> None:
    candidates = list(enumerate(others))
    shuffled = sorted(candidates, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert decide(person, candidates) == decide(person, shuffled)


@given(people, people, st.lists(people, max_size=6))
def test_nobody_is_linked_past_the_gate_or_without_a_clear_margin(
    person: Demographics, other: Demographics, others: list[Demographics]
) -> None:
    like = [replace(person, phone=other.phone), replace(person, given_name=other.given_name), *others]
    decision = decide(person, enumerate(like))
    if decision.match is None or decision.match.comparison.certain:
        return
    linked, runners_up = decision.match.comparison, decision.plausible[1:]
    assert not linked.objections
    assert linked.weight >= LINK
    assert all(linked.weight - each.comparison.weight >= MARGIN for each in runners_up)


@given(people)
def test_two_who_are_the_same_are_one_too_many(person: Demographics) -> None:
    assert decide(person, [(1, person), (2, person)]).match is None


@settings(max_examples=300)
@given(pairs)
def test_two_who_would_be_linked_share_a_key(pair: tuple[Demographics, Demographics]) -> None:
    one, other = pair
    if compare(one, other).links and not compare(one, other).certain:
        assert asked_keys(one) & stored_keys(other)


@given(people)
def test_keys_are_few_and_found_again(person: Demographics) -> None:
    assert stored_keys(person) <= asked_keys(person)
    assert len(asked_keys(person)) <= 100


@pytest.mark.parametrize(
    ("changes", "field", "closeness"),
    [
        ({"given_name": "AMINA"}, "given_name", Closeness.SAME),
        ({"given_name": "Okafor", "family_name": "Amina"}, "family_name", Closeness.SAME),
        ({"birth_date": date(1990, 12, 4)}, "birth_date", Closeness.SWAPPED),
        ({"birth_date": date(1990, 4, 13)}, "birth_date", Closeness.SLIP),
        ({"birth_date": date(1990, 1, 1)}, "birth_date", Closeness.ESTIMATED),
        ({"birth_date": date(1992, 7, 1), "birth_date_estimated": True}, "birth_date", Closeness.AROUND),
        ({"birth_date": date(1993, 1, 1)}, "birth_date", Closeness.DIFFERENT),
        ({"phone": "08030000001"}, "phone", Closeness.SAME),
        ({"phone": "0000000000"}, "phone", Closeness.UNKNOWN),
        ({"sex": "unknown"}, "sex", Closeness.UNKNOWN),
    ],
)
def test_fields_are_compared_as_desks_write_them(changes: dict[str, object], field: str, closeness: Closeness) -> None:
    assert compare(AMINA, replace(AMINA, **changes)).fields[field] == closeness  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"phone": ""},
        {"given_name": "Okafor", "family_name": "AMINA"},
        {"birth_date": date(1990, 12, 4)},
        {"birth_date": date(1990, 4, 13)},
        {"birth_date": date(1990, 1, 1), "birth_date_estimated": True},
        {"family_name": "Okafour"},
    ],
)
def test_the_same_person_again_is_linked(changes: dict[str, object]) -> None:
    match = decide(replace(AMINA, **changes), [(7, AMINA)]).match  # type: ignore[arg-type]
    assert match
    assert (match.key, match.comparison.grade) == (7, Grade.PROBABLE)


@pytest.mark.parametrize(
    ("changes", "objection"),
    [
        ({"given_name": "Adaeze"}, "names"),  # her twin
        ({"given_name": "Aminata"}, "sibling"),  # her twin, whose name begins with hers
        ({"sex": "unknown"}, "sex"),
        ({"birth_date": date(1990, 1, 1), "phone": ""}, "birth_date"),
        ({"birth_date": date(1991, 1, 1), "birth_date_estimated": True}, "birth_date"),
    ],
)
def test_whoever_resembles_her_goes_to_review(changes: dict[str, object], objection: str) -> None:
    decision = decide(replace(AMINA, **changes), [(7, AMINA)])  # type: ignore[arg-type]
    assert decision.match is None
    assert [each.key for each in decision.plausible] == [7]
    assert objection in decision.plausible[0].comparison.objections
    assert decision.plausible[0].comparison.grade == Grade.POSSIBLE


def test_a_daughter_named_after_her_mother_is_somebody_else() -> None:
    daughter = replace(AMINA, birth_date=AMINA.birth_date + timedelta(days=26 * 365))
    assert decide(daughter, [(7, AMINA)]).match is None


def test_a_verified_number_is_certain_even_after_marriage() -> None:
    known = replace(AMINA, identifiers=NIN, verified=NIN)
    married = replace(known, family_name="Balogun", phone="")
    match = decide(married, [(7, known), (8, replace(AMINA, family_name="Balogun", phone=""))]).match
    assert match
    assert (match.key, match.comparison.grade, match.comparison.score) == (7, Grade.CERTAIN, 1.0)
    assert match.comparison.agreeing_fields == ["given_name", "birth_date", "sex", "identifiers"]


def test_a_sisters_card_is_not_certain() -> None:
    known = replace(AMINA, identifiers=NIN, verified=NIN)
    sister = replace(known, given_name="Chioma", birth_date=date(1994, 2, 20))
    assert decide(sister, [(7, known)]).match is None


def test_a_number_that_nobody_verified_is_evidence_and_no_certainty() -> None:
    known = replace(AMINA, identifiers=NIN, verified=NIN)
    claimed = replace(AMINA, family_name="Balogun", identifiers=NIN)
    decision = decide(claimed, [(7, known)])
    assert decision.match is None
    assert decision.plausible


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Adébáyọ̀", "ADEBAYO"), ("N'Guessan", "NGuessan"), ("N\u2019Guessan", "nguessan"),
        ("Fatou Bintou", "Fatou-Bintou"),
        ("FatouBintou", "Fatou Bintou"), ("Bintou Fatou", "Fatou Bintou"), ("Thérèse", "THERESE"),
    ],
)  # fmt: skip
def test_one_name_written_in_two_ways_is_one_name(one: str, other: str) -> None:
    assert similarity(fold(one), fold(other)) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fatou", "Fatu"), ("Diallo", "Jallo"), ("Mohamed", "Mohammed"), ("Marie", "Marie Claire"),
        ("Grâce", "Grce"),
        ("Chukwuemeka", "Chukuemeka"), ("Njoroge", "Njorogw"),
    ],
)  # fmt: skip
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert same_name(fold(one), fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wanjiru", "Wanjiku"), ("Amina", "Aminata"), ("Hassan", "Hussein"), ("Adam", "Adama"), ("Kofi", "Kojo"),
        ("Onyekachi", "Onyekachukwu"), ("Marie Claire", "Marie Laure"), ("-", "-"),
    ],
)  # fmt: skip
def test_names_of_two_siblings(one: str, other: str) -> None:
    assert not same_name(fold(one), fold(other))
