"""Every verb that anything in the code writes down has a sentence."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from portal.audit.models import Decision
from portal.audit.reading import AREAS
from portal.audit.sentences import SENTENCES, sentence
from tests.servers import PROJECT

RECORD = "record_decision"


def verbs_in(path: Path) -> Iterator[str]:
    """Yield the verbs that a module records, itself or by a function that puts `room.` in front."""
    tree = ast.parse(path.read_text())
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    passing = wrappers_in(path) | {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("portal.")
        for alias in node.names
        if alias.name in wrappers_in(PROJECT / f"{node.module.replace('.', '/')}.py")
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        if call.func.id == RECORD:
            verb = next(keyword.value for keyword in call.keywords if keyword.arg == "verb")
            if not passes_on(verb):
                yield from texts(verb, constants, path)
        elif call.func.id in passing:
            position = WRAPPERS[call.func.id]
            room = path.relative_to(PROJECT / "portal").parts[0]
            yield from (f"{room}.{verb}" for verb in texts(call.args[position], constants, path))


WRAPPERS = {"_record": 1, "record": 1, "note": 2}
"""Functions that write down, and which argument of theirs is the verb."""


def texts(node: ast.expr, constants: dict[str, ast.expr], path: Path) -> Iterator[str]:
    """Yield every text that the expression can be."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=[ast.Constant(value=str(room)), ast.FormattedValue(value=inner)]):
            yield from (f"{room}{verb}" for verb in texts(inner, constants, path))
        case ast.IfExp():
            yield from texts(node.body, constants, path)
            yield from texts(node.orelse, constants, path)
        case ast.Subscript(value=ast.Name(id=name)) if isinstance(constants.get(name), ast.Dict):
            found = constants[name]
            assert isinstance(found, ast.Dict)
            for value in found.values:
                yield from texts(value, constants, path)
        case _:
            pytest.fail(f"{path}:{node.lineno}: this test cannot read which verb that is: {ast.unparse(node)}")


def passes_on(verb: ast.expr) -> bool:
    """Say whether this is `f"room.{verb}"` with a verb that the caller gives."""
    parts = verb.values if isinstance(verb, ast.JoinedStr) else []
    return any(isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) for part in parts)


@cache
def wrappers_in(path: Path) -> set[str]:
    """Return the functions of a module that pass their caller's verb on."""
    text = path.read_text() if path.is_file() else ""
    if RECORD not in text:
        return set()
    found = set()
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef) and any(
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == RECORD
            and any(one.arg == "verb" and passes_on(one.value) for one in call.keywords)
            for call in ast.walk(function)
        ):
            found.add(function.name)
    return found


def modules() -> list[Path]:
    return sorted((PROJECT / "portal").rglob("*.py"))


@cache
def recorded() -> set[str]:
    return {verb for path in modules() for verb in verbs_in(path)}


def test_every_function_that_passes_a_verb_on_is_known() -> None:
    found = {name for path in modules() for name in wrappers_in(path)}
    assert found == set(WRAPPERS)


def test_every_verb_has_a_sentence_and_every_sentence_a_verb() -> None:
    found = recorded()
    assert len(found) > 40, "the search has lost its way"
    assert found - set(SENTENCES) == set(), "add them to portal/audit/sentences.py"
    assert set(SENTENCES) - found == set(), "nothing writes these any more"


def test_what_is_filtered_for_is_written_somewhere() -> None:
    assert {verb for _words, verbs in AREAS.values() for verb in verbs} - recorded() == set()


@pytest.mark.parametrize("verb", sorted(SENTENCES))
def test_a_sentence_can_be_said_even_of_a_row_that_lacks_everything(verb: str) -> None:
    said = sentence(Decision(verb=verb, actor_label="Bob", object_label="St. Raphael HIS"))
    assert "%" not in said
    assert len(said) > len("Bob")


def test_an_unknown_verb_is_said_all_the_same() -> None:
    assert sentence(Decision(verb="later.fly_away", actor_label="Bob")) == "Bob: fly away"


def test_a_secret_is_named_by_its_last_four_characters() -> None:
    row = Decision(
        verb="applications.add_secret",
        actor_label="Bob",
        object_label="St. Raphael HIS",
        after={"secret": 7, "last_four": "q9XA"},
    )
    assert sentence(row) == "Bob added the secret …q9XA to St. Raphael HIS"
