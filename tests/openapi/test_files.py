"""Whatever stands in a file, reading it ends with plain values or with a word about why not."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from portal.openapi.files import DEEPEST, UnreadableDocumentError, read
from tests.openapi.foreign import SLUGS, unpacked


@pytest.fixture
def read_text(tmp_path: Path) -> Any:
    def read_it(written: str | bytes) -> Any:
        path = tmp_path / "document"
        path.write_bytes(written if isinstance(written, bytes) else written.encode())
        return read(path)

    return read_it


def test_yaml_is_read_as_json_would_say_it(read_text: Any) -> None:
    written = """
        200: {no: no, on: ON, date: 2020-01-01, octal: 010, hex: 0x10, time: 12:30:45}
        1.10: [true, False, null, ~, 3, -0.5, 1e3, .5, "3", 'true']
        null: !!python/object/apply:os.system ['true']
    """
    assert read_text(written) == {
        "200": {"no": "no", "on": "ON", "date": "2020-01-01", "octal": "010", "hex": "0x10", "time": "12:30:45"},
        "1.10": [True, False, None, None, 3, -0.5, 1000.0, ".5", "3", "true"],
        "null": ["true"],
    }


def test_merged_keys_give_way_to_those_beside_them(read_text: Any) -> None:
    written = "base: &base {a: 1, b: 2}\nother: &other {b: 3, c: 4}\nboth: {b: 9, <<: [*base, *other]}"
    assert read_text(written)["both"] == {"a": 1, "b": 9, "c": 4}


def test_numbers_and_characters_that_others_cannot_take_are_text(read_text: Any) -> None:
    found = read_text('{"a": 1e999, "b": ' + "9" * 5000 + ', "c": "\\ud800\\u0000x", "\\u0001": NaN}')
    assert found == {"a": "1e999", "b": "9" * 5000, "c": "\ufffd\ufffdx", "\ufffd": "NaN"}
    json.dumps(found, allow_nan=False).encode()


def test_a_name_in_yaml_is_text_that_can_be_written(read_text: Any) -> None:
    assert read_text('"a\\0\\e": 1') == {"a\ufffd\ufffd": 1}


LONG = f"a: &a {'x' * 100_000}\nb: [{'*a, ' * 2_000}]"
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(10 * [f'*{old}'])}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{new}: &{new} {{<<: [{', '.join(10 * [f'*{old}'])}]}}\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (LAUGHS, "more than 2000000 values"),
        (MERGES, "more than 2000000 values"),
        (LONG, "more than 2000000 values"),
        ("[" * 100_000 + "]" * 100_000, "more than 5000 levels"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "more than 5000 levels"),
        ('{"a": ', "while parsing"),
        ("a: [", "while parsing"),
        (b"a: \xff", "invalid leading UTF-8 octet"),
        ("", "not an object"),
        ("- a", "not an object"),
    ],
)
def test_what_cannot_be_read_says_why(read_text: Any, written: str | bytes, why: str) -> None:
    with pytest.raises(UnreadableDocumentError, match=why):
        read_text(written)


def levels(found: Any) -> int:
    """Return how deep one goes by always taking the first."""
    count = 0
    while isinstance(found, dict | list) and found:
        found, count = next(iter(found.values() if isinstance(found, dict) else found)), count + 1
    return count


@pytest.mark.parametrize("depth", [200, 900, 4000])
def test_depth_is_cut_where_recursion_still_goes(read_text: Any, depth: int) -> None:
    for written in ('{"a":' * depth + "1" + "}" * depth, "a: " + "[" * depth + "]" * depth):
        found = read_text(written)
        assert min(depth, DEEPEST) - 1 <= levels(found) <= DEEPEST
        json.dumps(found)


def test_an_alias_never_goes_deeper_than_what_is_written(read_text: Any) -> None:
    half = DEEPEST // 2
    written = "".join(
        f"l{number}: &l{number} {'[' * half}{f'*l{number - 1}' if number else ''}{']' * half}\n" for number in range(40)
    )
    json.dumps(read_text(written))
    assert read_text("a: &a {inside: [*a, 1]}") == {"a": {"inside": [None, 1]}}


def in_plain_words(found: Any) -> Any:
    """Return what another reader of YAML gives, with keys and dates as text."""
    if isinstance(found, dict):
        return {str(key): in_plain_words(each) for key, each in found.items()}
    if isinstance(found, list):
        return [in_plain_words(each) for each in found]
    return found if isinstance(found, str | int | float | None) else str(found)


@pytest.mark.parametrize("slug", SLUGS)
def test_large_documents_are_read_as_other_readers_do(slug: str) -> None:
    path = Path(unpacked()[slug])
    written = path.read_bytes()
    same = json.loads(written) if path.suffix == ".json" else in_plain_words(yaml.load(written, yaml.CSafeLoader))
    assert read(path) == same
