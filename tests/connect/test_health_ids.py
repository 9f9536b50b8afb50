"""Health IDs: the check character catches what people mistype."""

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.connect.health_ids import ALPHABET, InvalidHealthIDError, check_character, make, parse


def valid(text: str) -> bool:
    """Say whether the text is a Health ID."""
    try:
        parse(text)
    except InvalidHealthIDError:
        return False
    return True


SOME = [make(2024 + number % 5, random.Random(number).randrange(32**7)) for number in range(60)]


@pytest.mark.parametrize("health_id", SOME)
def test_every_single_substitution_is_caught(health_id: str) -> None:
    for position in (4, 5, 6, 7, *range(9, 17)):
        for symbol in ALPHABET if position > 8 else "0123456789":
            changed = health_id[:position] + symbol + health_id[position + 1 :]
            assert valid(changed) == (changed == health_id)


@pytest.mark.parametrize("health_id", SOME)
def test_every_transposition_is_caught_however_far_apart(health_id: str) -> None:
    for first, second in combinations(range(9, 17), 2):
        symbols = list(health_id)
        symbols[first], symbols[second] = symbols[second], symbols[first]
        changed = "".join(symbols)
        assert valid(changed) == (changed == health_id)


def test_lookalikes_and_case_are_read_as_what_was_meant() -> None:
    health_id = make(2024, 1)
    assert health_id == f"OPC-2024-0000001{check_character('2024', '0000001')}"
    written = health_id.replace("0000001", "oOoOoOl")
    assert parse(f" {written.lower()} ") == health_id
    assert parse("opc-2024-demo1") == "OPC-2024-DEMO1"


@pytest.mark.parametrize(
    "text",
    ["", "OPC", "OPC-2024-", "OPC-2024-DEMO0", "OPC-2024-DEMO", "OPC-2024-DEMO123", "OPC-2025-DEMO1", "XPC-2024-DEMO1",
     "OPC-2024-0000000U", "OPC-٢٠٢٤-00000000", "OPC-2024-00000000\n0", "OPC-2024-DEMO1\x00", "O" * 10_000],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    assert not valid(text)


health_ids = st.builds(make, st.integers(0, 9999), st.integers(0, 32**7 - 1))


@given(health_ids)
def test_every_one_that_is_made_is_read_as_itself(health_id: str) -> None:
    assert parse(health_id) == parse(f"  {health_id.lower()} ") == health_id


@given(health_ids, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_symbol_mistyped_anywhere_is_caught(health_id: str, place: int, symbol: str) -> None:
    position = place + (4 if place < 4 else 5)
    changed = health_id[:position] + symbol + health_id[position + 1 :]
    assert valid(changed) == (changed == health_id)


@given(st.one_of(st.text(max_size=40), st.from_regex(r"(?i)OPC-[0-9]{4}-[0-9A-Z]{8}", fullmatch=True)))
def test_any_text_is_refused_or_read_as_a_health_id_in_its_one_spelling(text: str) -> None:
    if valid(text):
        assert parse(parse(text)) == parse(text)
