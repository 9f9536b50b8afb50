"""What a call takes from an earlier answer arrives as it was answered: in every runtime, and in every place."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from portal.samples.calls import Call, CallError
from portal.samples.languages import LANGUAGES, Language, samples
from portal.samples.references import Reference, filled, read
from tests.samples.echo import echo
from tests.samples.runtimes import fragments, run

BASE = "https://opescare.test/api/v1"
THINGS = """
openapi: 3.1.0
paths:
  /things:
    get:
      operationId: listThings
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Things'}}}}}
    post:
      operationId: postThing
      requestBody: {content: {application/json: {schema: {properties: {first: {}, second: {}, share: {}}}}}}
      responses: {'201': {content: {application/json: {schema: {properties: {id: {type: string}}}}}}}
  /things/{id}:
    get:
      operationId: getThing
      parameters:
      - {in: path, name: id, required: true}
      - {in: query, name: near}
      responses: {'200': {content: {application/json: {schema: {}}}}}
components:
  schemas:
    Things:
      properties:
        total: {type: integer}
        id: {type: string}
        items:
          type: array
          items: {oneOf: [{$ref: '#/components/schemas/Thing'}, {type: 'null'}]}
        names: {type: array, items: {type: string}}
    Thing:
      properties:
        label: {type: [string, 'null']}
        stored: {allOf: [{properties: {id: {type: string}}}]}
        parent: {$ref: '#/components/schemas/Thing'}
"""
ANSWER = {
    "total": 2,
    "names": ["one", "two", "three"],
    "items": [
        {"label": "id", "stored": {"id": "a-1"}},
        {"label": 'a "quoted\\" é & 100 %s', "stored": {"id": "a-2"}, "parent": {"stored": {"id": "p-2"}}},
    ],
    "id": "outermost",
}
LABEL, FIRST, SECOND, NAME = (
    Reference("some_things", path)
    for path in (("items", 0, "label"), ("items", 0, "stored", "id"), ("items", 1, "stored", "id"), ("names", 2))
)

each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.key)


@pytest.fixture
def _things(tmp_path: Path, settings: Settings) -> None:
    settings.OPENAPI_DOCUMENT = tmp_path / "things.yaml"
    settings.OPENAPI_DOCUMENT.write_text(THINGS)


@each_language
@pytest.mark.usefixtures("_things")
def test_values_arrive_in_path_query_and_body(language: Language) -> None:
    calls = [
        Call("listThings", {}, "some_things"),
        Call("getThing", {"id": FIRST, "near": SECOND}),
        Call(
            "postThing",
            {"first": [{"of": SECOND}, LABEL], "second": NAME, "share": "100 % {some_things.id} %s"},
            "made",
        ),
        Call("getThing", {"id": Reference("made", ("id",)), "near": "x&y"}),
        Call("getThing", {"id": FIRST}),
    ]
    with echo() as server:
        server.answers = [ANSWER, {}, {"id": "m-7"}]
        run(language, fragments("chain", enumerate(calls), language, f"{server.url}/it's/$HOME"))
        received = server.received
    assert [call.segments for call in received] == [
        ["it's", "$HOME", "things", *rest] for rest in ([], ["a-1"], [], ["m-7"], ["a-1"])
    ]
    assert [call.query for call in received] == [[], [("near", "a-2")], [], [("near", "x&y")], []]
    assert received[2].json == {"first": [{"of": "a-2"}, "id"], "second": "three", "share": "100 % {some_things.id} %s"}


@pytest.mark.usefixtures("_things")
def test_the_value_stands_as_the_variable_that_holds_the_answer() -> None:
    things, thing = Call("listThings", {}, "some_things"), Call("getThing", {"id": SECOND, "near": NAME})
    curl, php, javascript, python, java = (sample.text for sample in samples(thing, BASE, after=[things]))
    assert f'curl "{BASE}/things/{{some_things.items[1].stored.id}}?near={{some_things.names[2]}}"' in curl
    assert f"get('{BASE}/things/' . $someThings['items'][1]['stored']['id'], [" in php
    assert "'near' => $someThings['names'][2]," in php
    assert f"fetch(`{BASE}/things/${{someThings.items[1].stored.id}}?near=${{someThings.names[2]}}`)" in javascript
    assert f"""f"{BASE}/things/{{some_things['items'][1]['stored']['id']}}\"""" in python
    assert "params={'near': some_things['names'][2]}" in python
    assert f'URI.create("{BASE}/things/" + someThingsItems1StoredId + "?near=" + someThingsNames2)' in java


@pytest.mark.usefixtures("_things")
def test_java_looks_for_a_value_once() -> None:
    things, thing = Call("listThings", {}, "some_things"), Call("getThing", {"id": FIRST})
    declares = [
        "String someThingsItems0StoredId" in samples(thing, BASE, after=after)[4].text
        for after in ([things], [things, thing])
    ]
    assert declares == [True, False]


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (
            Reference("nothing", ("id",)),
            r"\$nothing\.id: no call before this one is called 'nothing'; there are some_things",
        ),
        (Reference("some_things", ("ids",)), r"has 'ids' there; there are total, id, items, names$"),
        (Reference("some_things", ("items", 0, "labels")), "has 'labels' there; there are label, stored, parent$"),
        (Reference("some_things", ("id", 0)), "has 0 there; there are no fields$"),
        (Reference("some_things", ("items", "label")), "has 'label' there; there are no fields$"),
        (Reference("some_things", ("total",)), "only text can be taken from an answer, and this is integer"),
        (Reference("some_things", ("names",)), "and this is array"),
    ],
)
@pytest.mark.usefixtures("_things")
def test_what_no_answer_has_is_refused(reference: Reference, words: str) -> None:
    with pytest.raises(CallError, match=words):
        samples(Call("getThing", {"id": reference}), BASE, after=[Call("listThings", {}, "some_things")])


@pytest.mark.usefixtures("_things")
def test_a_name_stands_once_on_a_page() -> None:
    first = Call("listThings", {}, "some_things")
    with pytest.raises(CallError, match="called 'some_things' already"):
        samples(first, BASE, after=[first])
    with pytest.raises(CallError, match="called 'things' already"):
        samples(Call("getThing", {"id": "x"}, "things"), BASE, after=[Call("listThings", {})])


def test_how_a_guide_writes_it() -> None:
    assert read("$a.b[0].c_d") == Reference("a", ("b", 0, "c_d"))
    assert [read(text) for text in ("$a", "a.b", "$A.b", "$a.b ", "$a[b]", "$a.b-c")] == [None] * 6


def test_a_value_that_is_not_there_is_said() -> None:
    answers: list[Any] = [
        {},
        {"items": []},
        {"items": None},
        {"items": [{"label": None}]},
        {"items": [{"label": 1}]},
        None,
    ]
    for answer in answers:
        with pytest.raises(LookupError):
            filled({"x": [LABEL]}, {"some_things": answer})
    assert filled({"x": [LABEL, 1]}, {"some_things": ANSWER}) == {"x": ["id", 1]}
