"""The console's form in a browser: filled and read back, checked, composed, for every operation of our document."""

import json
import os
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from portal.console.descriptions import description
from portal.openapi.documents import Operation, contents
from tests.browser.request_forms import CHECKED, expected, filled, fits, prepare
from tests.browser.windows import open_window
from tests.openapi.foreign import SLUGS, unpacked
from tests.samples.test_composing import CASES, TABLE, operation_of
from tests.servers import Server

EVERYTHING = os.environ.get("CI") == "true"
STEP = 1 if EVERYTHING else 40
"""Of large documents by others, every so many operations. With CI=true, all."""
PLACES = ("path", "query", "header", "cookie", "body")
WRONG: list[Any] = [None, 7, 1.5, True, "nothing like it", [], {}, [{}], {"x": 1}]
FILES = """Object.fromEntries(Object.entries(values.files ?? {}).map(([name, found]) => [name, Array.isArray(found)
  ? found.map((one) => new File([one.content], one.name, { type: one.type }))
  : new File([found.content], found.name, { type: found.type })]))"""


@pytest.fixture(scope="module")
def form(chromium: Browser, live: Server) -> Iterator[Page]:
    """Return a page with an empty form; its scripts may not have failed in the end."""
    with open_window(chromium, live.url) as opened:
        yield prepare(opened.page)
        assert opened.faults() == []


def ours() -> list[Operation]:
    return list(contents().operations.values())


def test_every_case_of_the_table_is_composed_as_python_does(form: Page) -> None:
    cases = [[description(operation_of(case)), case["values"]] for case in CASES.values()]
    found = form.evaluate(
        f"""async ([cases, server]) => {{
          const all = [];
          for (const [description, values] of cases) {{
            all.push(await window.console_form.composed(description, {{ ...values, files: {FILES} }}, server));
          }}
          return all;
        }}""",
        [cases, TABLE["server"]],
    )
    for case, request in zip(CASES.values(), found, strict=True):
        assert request == (case["request"] if "request" in case else {"error": case["error"]}), case["name"]


def test_a_multipart_body_is_what_a_server_reads(form: Page) -> None:
    """Fields with a type of their own have no file's name: a server would take them for files."""
    text = form.evaluate(
        """async () => {
          const { compose } = await import('/static/js/console/request.js');
          const media = { media_type: 'multipart/form-data', schema: {}, encoding: {} };
          const description = { method: 'POST', path: '/x', parameters: [], bodies: [media] };
          const files = { f: new File(['z'], 'n.txt') };
          const values = { media_type: media.media_type, body: { 'a"b': 'x', o: { k: 1 } }, files };
          const { body } = compose(description, values, { base: '' });
          return (await body.text()).replaceAll(body.type.split('boundary=')[1], 'BOUNDARY');
        }"""
    )
    head = "--BOUNDARY\r\nContent-Disposition: form-data; name="
    assert text == (
        f'{head}"a%22b"\r\n\r\nx\r\n'
        f'{head}"o"\r\nContent-Type: application/json\r\n\r\n{{"k":1}}\r\n'
        f'{head}"f"; filename="n.txt"\r\nContent-Type: application/octet-stream\r\n\r\nz\r\n'
        "--BOUNDARY--\r\n"
    )


def test_every_example_is_read_back_and_composed_as_it_was_written(form: Page) -> None:
    seen = 0
    for found, operation, values in filled(form, ours()):
        seen += 1
        name = f"{operation.id}: {found['name']}"
        assert found["values"] == {"cookie": {}, **values}, name
        assert found["request"] == expected(operation, values), name
    assert seen > len(ours())


def test_the_form_finds_wrong_what_another_validator_does(form: Page) -> None:
    for found, operation, values in filled(form, ours()):
        described = description(operation)
        body = next((each for each in described["bodies"] if each["media_type"] == values["media_type"]), None)
        valid = all(
            fits(each["schema"], described["defs"], values[each["in"]][each["name"]])
            for each in described["parameters"]
            if each["name"] in values[each["in"]]
        ) and (body is None or fits(body["schema"], described["defs"], values["body"]))
        assert (found["problems"] == []) == valid, f"{operation.id}: {found['name']}: {found['problems']}"


def spoilt(value: Any) -> Iterator[Any]:
    """Yield what is made of a value by leaving out, adding and replacing one thing in it, however deep."""
    yield from WRONG
    if isinstance(value, dict):
        yield {**value, "nobody_knows_this": 1}
        for name, inner in value.items():
            yield {key: each for key, each in value.items() if key != name}
            for each in spoilt(inner):
                yield {**value, name: each}
    elif isinstance(value, list) and value:
        for each in spoilt(value[0]):
            yield [each, *value[1:]]


@pytest.mark.parametrize("operation_id", [each.id for each in ours() if "requestBody" in each.raw])
def test_bodies_made_wrong_are_refused_and_right_ones_are_not(form: Page, operation_id: str) -> None:
    described = description(contents().operations[operation_id])
    body, definitions = described["bodies"][0], described["defs"]
    example = next(each for each in described["examples"] if each["values"]["media_type"] == body["media_type"])
    values = [*spoilt(deepcopy(example["values"]["body"]))]
    problems = form.evaluate(CHECKED, [body["schema"], definitions, values])
    for value, found in zip(values, problems, strict=True):
        assert (found == []) == fits(body["schema"], definitions, value), json.dumps([value, found])
        assert all(each["message"] and "{}" not in each["message"] for each in found), found


@pytest.mark.parametrize("slug", SLUGS)
def test_documents_by_others_fill_and_compose_as_well(form: Page, slug: str, settings: Any) -> None:
    settings.OPENAPI_DOCUMENTS = unpacked()
    operations = [each for each in contents(slug).operations.values() if not each.is_webhook][::STEP]
    for found, operation, values in filled(form, operations):
        name = f"{operation.id}: {found['name']}"
        assert found["request"] == expected(operation, found["values"]), name
        assert {place: found["values"].get(place) for place in PLACES} == {place: values.get(place) for place in PLACES}
