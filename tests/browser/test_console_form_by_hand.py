"""The console's form as somebody uses it: with the keyboard, with mistakes, and with the oddest of schemas."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, expect

from portal.console.descriptions import description
from portal.openapi.documents import Document, contents_of
from tests.browser.request_forms import CHECKED, prepare
from tests.browser.windows import open_window
from tests.servers import Server

TAKING = ("an empty text: a", "an empty text: b", "null: b", "null: c", "null: d")
TREE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    },
}
CAT = {
    "type": "object",
    "required": ["kind", "lives"],
    "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}},
}
DOG = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"type": "string"}, "tricks": {"type": "array", "items": {"type": "string"}}},
}
SCHEMAS = {"Tree": TREE, "Cat": CAT, "Dog": DOG}
PET = {
    "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
    "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat", "dog": "Dog"}},
}


@pytest.fixture(scope="module")
def form(chromium: Browser, live: Server) -> Iterator[Page]:
    """Return a page with an empty form; its scripts may not have failed in the end."""
    with open_window(chromium, live.url) as opened:
        yield prepare(opened.page)
        assert opened.faults() == []


def described(body: Any = None, *parameters: dict[str, Any], media_type: str = "application/json") -> dict[str, Any]:
    """Return the description of an operation that takes these."""
    operation: dict[str, Any] = {"parameters": list(parameters), "responses": {}}
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {media_type: body}}
    raw = {"openapi": "3.1.0", "paths": {"/x": {"post": operation}}, "components": {"schemas": SCHEMAS}}
    return description(contents_of(Document("other", raw)).operations["post-x"])


def load(page: Page, found: dict[str, Any]) -> None:
    page.evaluate("(found) => window.console_form.form.load(found, window.console_form.words)", found)


def show(page: Page, *properties: str, required: tuple[str, ...] = (), **schemas: Any) -> None:
    """Show a form for an object with these fields."""
    schema = {
        "type": "object",
        "properties": {**{name: {"type": "string"} for name in properties}, **schemas},
        "required": list(required),
    }
    load(page, described({"schema": schema}))


def values(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("() => window.console_form.form.values")
    return found


def body(page: Page) -> Any:
    return values(page).get("body")


def write(page: Page, value: Any) -> None:
    page.evaluate(
        "(body) => { window.console_form.form.values = { media_type: 'application/json', body }; }",
        value,
    )


def problems(page: Page) -> list[dict[str, str]]:
    found: list[dict[str, str]] = page.evaluate("() => window.console_form.form.problems()")
    return found


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({"type": "string"}, ["x", "", "two words", "0", "null"]),
        ({"type": ["string", "null"]}, ["x", "", None]),
        ({"type": "string", "maxLength": 5000}, ["two\nlines", "two\r\nlines", "a\r"]),
        ({"type": "string"}, ["two\nlines", 7, None, {"a": 1}, [1], True]),
        ({"type": "integer"}, [0, -7, 9007199254740991, 1.5, "seven", None]),
        ({"type": "number"}, [0.1, 1e300, -0.5, "1.0"]),
        ({"type": "boolean"}, [True, False, "true"]),
        ({"type": ["boolean", "null"]}, [True, None]),
        ({"enum": ["a", 1, None, True]}, ["a", 1, None, True, "b"]),
        ({"const": {"k": [1]}}, [{"k": [1]}, {"k": []}]),
        ({"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]}, ["a", "b", "c"]),
        ({"type": "array", "items": {"type": "integer"}}, [[], [1, 2, 3], [1, "2", None], {"no": "list"}]),
        ({"type": "array"}, [[1, "a", None, {"k": []}]]),
        ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]}, [["a", 1, {"more": True}]]),
        ({"type": "object"}, [{}, {"a": 1, "b": {"c": [None]}}, {"": 1}]),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, [{"a": 1, "b": 2}, {"a": "no number"}]),
        ({"type": ["object", "null"], "properties": {"a": {"type": "string"}}}, [None, {}, {"a": "x"}, {"b": 1}]),
        ({"type": "object", "additionalProperties": False}, [{}, {"unknown": 1}]),
        (
            {"type": "object", "properties": {"constructor": {"type": "string"}, "toString": {}}},
            [{"constructor": "x"}, {"toString": 1}, {}],
        ),
        ({"$ref": "#/components/schemas/Tree"}, [{"children": [{"name": "a", "children": [{"children": []}]}]}]),
        (PET, [{"kind": "cat", "lives": 9}, {"kind": "dog", "tricks": ["roll"]}, {"kind": "bird"}, "no pet"]),
        ({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}, ["a", ["a", "b"], 7]),
        ({"anyOf": [{"$ref": "#/components/schemas/Cat"}, {"type": "null"}]}, [None, {"kind": "cat", "lives": 1}]),
        ({"type": ["string", "integer"]}, ["a", 1, ""]),
        ({"anyOf": [{"type": "string", "pattern": "^x"}, {"enum": ["a", "b"]}]}, ["a", "xyz", "", None]),
        (
            {
                "allOf": [
                    {"$ref": "#/components/schemas/Cat"},
                    {"properties": {"lives": {"minimum": 1}, "name": {"type": "string"}}},
                ]
            },
            [{"kind": "cat", "lives": 3, "name": "Tom"}],
        ),
        (
            {"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {}, "b": {}}},
            [{"a": 1}, {"b": [2]}],
        ),
        (True, [1, "a", None, {"k": 1}]),
        ({}, [1, "a", None, {"k": 1}]),
    ],
)
def test_what_is_written_is_read_back_whether_it_fits_or_not(form: Page, schema: Any, found: list[Any]) -> None:
    whole = {"type": "object", "properties": {"value": schema}, "required": ["value"]}
    load(form, described({"schema": whole}))
    for value in found:
        write(form, {"value": value})
        assert body(form) == {"value": value}
        form.get_by_role("button", name="As JSON").click()
        assert json.loads(form.locator(".form-raw").input_value()) == {"value": value}
        form.get_by_role("button", name="As JSON").click()
        assert body(form) == {"value": value}
    write(form, {})
    assert body(form).get("value") in (None, [], {}, {"k": [1]}, {"kind": ""})


def test_numbers_are_sent_as_they_are_written(form: Page) -> None:
    """In fields, as JSON, in what is kept of them, and in every part of a request."""
    fields = {"long": {"type": "integer"}, "money": {"type": "number"}, "any": {}}
    query = {"name": "since", "in": "query", "schema": {"type": "integer", "format": "int64"}}
    deep = {"name": "f", "in": "query", "style": "deepObject", "schema": {"type": "object", "properties": fields}}
    load(form, described({"schema": {"type": "object", "properties": fields}}, query, deep))
    written = {"long": "12345678901234567890", "money": "1.10", "any": '[0.10, {"a": 1e400}]'}
    form.get_by_label("since", exact=True).fill("9007199254740993")
    form.get_by_role("button", name="Add: f", exact=True).click()
    form.get_by_label("long", exact=True).first.fill("-0")
    for name, text in written.items():
        form.get_by_label(name, exact=True).last.fill(text)
    whole = '{"long":12345678901234567890,"money":1.10,"any":[0.10,{"a":1e400}]}'
    assert problems(form) == []
    for raw in (1, 0, 1):
        assert form.evaluate("() => JSON.stringify(window.console_form.form.values.body)") == whole
        form.get_by_role("button", name="As JSON").click()
        expect(form.locator(".form-raw")).to_have_count(raw)
    kept = """async (kept) => {
      const { form, withoutSecrets } = window.console_form;
      const { pack, unpack } = await import('/static/js/console/sharing.js');
      const { compose } = await import('/static/js/console/request.js');
      form.values = unpack(pack(withoutSecrets(form.description, form.values)));
      const { url, body } = compose(form.description, form.values, { base: '' });
      return [url, body];
    }"""
    assert form.evaluate(kept) == ["/x?since=9007199254740993&f%5Blong%5D=-0", whole]


def test_what_nobody_fills_in_is_left_out(form: Page) -> None:
    shown = {
        "n": {"type": "integer"},
        "o": {"type": "object", "properties": {"p": {"type": "string"}}},
        "l": {"type": "array"},
    }
    query = {"name": "q", "in": "query", "schema": {"type": "string", "default": "all"}}
    load(form, described({"schema": {"type": "object", "properties": {"a": {"type": "string"}, **shown}}}, query))
    assert values(form) == {
        "path": {},
        "query": {},
        "header": {},
        "cookie": {},
        "media_type": "application/json",
        "body": {},
        "files": {},
    }
    expect(form.get_by_label("q", exact=True)).to_have_attribute("placeholder", "all")


def test_empty_text_and_null_are_sent_when_asked_for(form: Page) -> None:
    show(form, "a", b={"type": ["string", "null"]})
    form.get_by_role("button", name="Send an empty text: a").click()
    form.get_by_role("button", name="Send null: b").click()
    assert body(form) == {"a": "", "b": None}
    expect(form.get_by_label("a", exact=True)).to_be_disabled()
    form.get_by_role("button", name="Send an empty text: a").click()
    assert body(form) == {"b": None}


def test_empty_text_and_null_are_not_offered_where_they_would_take_something_away(form: Page) -> None:
    nullable = {"type": ["object", "null"], "properties": {"x": {"type": "string"}}}
    several = {"oneOf": [{"type": "string"}, {**nullable, "type": "object"}, {"type": "null"}]}
    show(form, "a", b={"type": ["string", "null"]}, c=nullable, d=several)
    buttons = [form.get_by_role("button", name=f"Send {name}", exact=True) for name in TAKING]
    for button in buttons:
        expect(button).to_be_visible()
    expect(buttons[0]).to_have_text("empty text")
    form.get_by_label("a", exact=True).fill("x")
    form.get_by_label("b", exact=True).fill("y")
    form.get_by_role("button", name="Add: c", exact=True).click()
    form.get_by_label("Kind: d").select_option(index=2)
    for button in buttons:
        expect(button).not_to_be_visible()
    write(form, {})
    for button in buttons:
        expect(button).to_be_visible()
    write(form, {"a": "x", "b": "y", "c": {"x": "1"}, "d": {"x": "2"}})
    for button in buttons:
        expect(button).not_to_be_visible()
    form.get_by_label("a", exact=True).fill("")
    buttons[0].click()
    assert body(form) == {"a": "", "b": "y", "c": {"x": "1"}, "d": {"x": "2"}}


def test_read_only_fields_are_not_asked_for(form: Page) -> None:
    show(form, "a", required=("id", "a"), id={"type": "string", "readOnly": True})
    expect(form.get_by_label("id", exact=True)).to_have_count(0)
    form.get_by_label("a", exact=True).fill("x")
    assert problems(form) == []


def test_the_keyboard_adds_moves_and_removes_entries(form: Page) -> None:
    show(form, tags={"type": "array", "items": {"type": "string"}})
    form.get_by_role("button", name="Add: tags", exact=True).focus()
    form.keyboard.press("Enter")
    form.get_by_label("tags 1", exact=True).fill("one")
    form.get_by_role("button", name="Add an entry: tags").focus()
    form.keyboard.press("Enter")
    expect(form.get_by_label("tags 2", exact=True)).to_be_focused()
    form.keyboard.type("two")
    form.get_by_role("button", name="Move up: tags 2").focus()
    form.keyboard.press("Space")
    assert body(form) == {"tags": ["two", "one"]}
    expect(form.get_by_role("button", name="Move up: tags 2")).to_be_focused()
    form.get_by_role("button", name="Remove: tags 2").first.focus()
    form.keyboard.press("Enter")
    assert body(form) == {"tags": ["one"]}
    form.get_by_role("button", name="Remove: tags", exact=True).click()
    assert body(form) == {}


def test_fields_that_nobody_named_are_rows(form: Page) -> None:
    show(form, labels={"type": "object", "additionalProperties": {"type": "integer"}})
    form.get_by_role("button", name="Add: labels", exact=True).click()
    form.get_by_role("button", name="Add a field").click()
    expect(form.get_by_label("Name", exact=True)).to_be_focused()
    form.keyboard.type("ward")
    form.get_by_label("Value", exact=True).fill("7")
    assert body(form) == {"labels": {"ward": 7}}


def test_an_alternative_is_chosen_by_its_name(form: Page) -> None:
    show(form, pet=PET, required=("pet",))
    form.get_by_label("Kind: pet").select_option(label="cat")
    form.get_by_label("lives", exact=True).fill("9")
    assert body(form) == {"pet": {"kind": "cat", "lives": 9}}
    form.get_by_label("Kind: pet").select_option(label="dog")
    assert body(form) == {"pet": {"kind": "dog"}}


def test_several_kinds_of_text_are_one_field_with_what_some_of_them_name(form: Page) -> None:
    show(
        form, size={"oneOf": [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "string", "enum": ["small", "big"]}]}
    )
    size = form.get_by_label("size", exact=True)
    size.fill("big")
    assert body(form) == {"size": "big"}
    offered = form.locator(f"datalist#{size.get_attribute('list')} option")
    assert offered.evaluate_all("all => all.map((one) => one.value)") == ["small", "big"]


def test_the_list_of_operations_is_searched_as_one_types(form: Page) -> None:
    form.goto("/console/")
    search = form.get_by_label("Find an operation")
    search.fill("health LAB")
    expect(form.locator("list-filter [role=status]")).to_have_text("Operations: 1")
    search.fill("no such thing")
    expect(form.locator(".operation-list li:visible")).to_have_count(0)
    expect(form.locator("h2:visible")).to_have_count(0)
    search.fill("/patients/resolve batch")
    search.press("Enter")
    form.wait_for_url("**/console/operations/resolvePatientBatch/")
    prepare(form)


def test_a_schema_that_holds_itself_is_built_as_far_as_somebody_goes(form: Page) -> None:
    load(form, described({"schema": {"$ref": "#/components/schemas/Tree"}}))
    for depth in range(4):
        form.get_by_role("button", name="Add: children", exact=True).last.click()
        form.get_by_label("name", exact=True).last.fill(f"level {depth}")
    assert body(form)["children"][0]["children"][0]["children"][0]["children"] == [{"name": "level 3"}]


def test_a_big_object_is_folded(form: Page) -> None:
    show(form, *(f"field{number}" for number in range(30)), required=("field3",))
    expect(form.locator("request-form input")).to_have_count(1)
    form.get_by_text("29 more fields").click()
    expect(form.locator("request-form input")).to_have_count(30)
    form.get_by_label("field7", exact=True).fill("x")
    form.get_by_label("field3", exact=True).fill("y")
    assert body(form) == {"field3": "y", "field7": "x"}


def test_mistakes_are_told_at_their_fields_and_the_first_has_the_focus(form: Page) -> None:
    query = {"name": "limit", "in": "query", "required": True, "schema": {"type": "integer", "maximum": 50}}
    schema = {
        "type": "object",
        "required": ["born"],
        "properties": {
            "born": {"type": "string", "format": "date"},
            "list": {"type": "array", "items": {"enum": ["a", "b"]}},
        },
    }
    load(form, described({"schema": schema}, query))
    write(form, {"born": "soon", "list": ["a", "c"]})
    limit, born = form.get_by_label("limit", exact=True), form.get_by_label("born", exact=True)
    assert problems(form) == [
        {"place": "query/limit", "message": "is missing"},
        {"place": "body/born", "message": "expected a date like 2026-11-23"},
        {"place": "body/list/1", "message": "must be one of: a, b"},
    ]
    expect(limit).to_be_focused()
    expect(born).to_have_attribute("aria-invalid", "true")
    expect(born).to_have_accessible_description("expected a date like 2026-11-23")
    form.keyboard.type("70")
    expect(limit).not_to_have_attribute("aria-invalid", "true")
    assert problems(form)[0] == {"place": "query/limit", "message": "must be 50 or less"}
    limit.fill("many")
    assert problems(form)[0] == {"place": "query/limit", "message": "must be a whole number"}


CLOSED = {
    "oneOf": [
        {
            "type": "object",
            "properties": {"kind": {"const": kind}, name: {"type": "integer"}},
            "required": ["kind"],
            "additionalProperties": False,
        }
        for kind, name in (("cat", "lives"), ("dog", "age"))
    ]
}


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        (
            CLOSED,
            {"kind": "cat", "lives": "x", "more": 1},
            {"/lives": "must be a whole number", "/more": "is not known here"},
        ),
        (CLOSED, {"kind": "cat", "lives": 9, "more": 1}, {"/more": "is not known here"}),
        (CLOSED, {"kind": "dog", "lives": 9}, {"/lives": "is not known here"}),
        (CLOSED, {"kind": "bird"}, {"": "fits none of the alternatives"}),
        ({"properties": {"$ref": {"enum": ["a"]}}}, {"$ref": "b"}, {"/$ref": "must be one of: a"}),
        ({"additionalProperties": {"type": "integer"}}, {"a%25b/~": "x"}, {"/a%25b~1~0": "must be a whole number"}),
    ],
)
def test_what_is_wrong_is_told_of_the_alternative_that_was_meant(
    form: Page, schema: Any, value: Any, told: dict[str, str]
) -> None:
    (found,) = form.evaluate(CHECKED, [schema, {}, [value]])
    assert {each["place"]: each["message"] for each in found} == told


def test_a_mistake_in_a_folded_field_unfolds_it(form: Page) -> None:
    show(form, *(f"field{number}" for number in range(20)), deep={"type": "integer"})
    form.evaluate(
        """() => {
          const { form } = window.console_form;
          form.values = { media_type: 'application/json', body: { deep: 'x' } };
          form.querySelector('details').open = false;
        }"""
    )
    assert [each["place"] for each in problems(form)] == ["body/deep"]
    expect(form.get_by_label("deep", exact=True)).to_be_focused()


def test_a_mistake_is_told_at_its_entry_beside_one_that_is_left_empty(form: Page) -> None:
    show(form, tags={"type": "array", "items": {"type": "string", "maxLength": 3}})
    write(form, {"tags": ["one", "three"]})
    form.get_by_label("tags 1", exact=True).fill("")
    assert [each["place"] for each in problems(form)] == ["body/tags/0"]
    expect(form.get_by_label("tags 2", exact=True)).to_be_focused()


def test_json_is_checked_with_the_line_of_each_mistake(form: Page) -> None:
    show(form, "name", required=("name",), count={"type": "integer"})
    form.get_by_role("button", name="As JSON").click()
    text = form.locator(".form-raw")
    text.fill('{\n  "count": "x",\n  "name": "a"\n}')
    assert problems(form) == [{"place": "body/count", "message": "must be a whole number"}]
    expect(text).to_be_focused()
    expect(text).to_have_accessible_description("Line 2: count must be a whole number")
    text.fill('{\n  "count": 1,\n  name: "a"\n}')
    assert problems(form) == [{"place": "body", "message": "is not JSON", "line": 3}]
    form.get_by_role("button", name="As JSON").click()
    expect(text).to_be_visible()
    text.fill('{"name": "a", "more": [1]}')
    form.get_by_role("button", name="As JSON").click()
    expect(form.get_by_label("name", exact=True)).to_have_value("a")
    assert body(form) == {"name": "a", "more": [1]}


def test_secrets_are_hidden_and_left_out_of_what_is_kept(form: Page) -> None:
    fields = {
        "client_id": {"type": "string"},
        "clientSecret": {"type": "string"},
        "pin": {"type": "string", "format": "password"},
    }
    nested = {
        "type": "object",
        "properties": {**fields, "inner": {"type": "array", "items": {"type": "object", "properties": fields}}},
    }
    header = {"name": "X-Api-Key", "in": "header", "schema": {"type": "string"}}
    load(form, described({"schema": nested}, header))
    for name in ("clientSecret", "pin", "X-Api-Key"):
        expect(form.get_by_label(name, exact=True)).to_have_attribute("type", "password")
        expect(form.get_by_label(name, exact=True)).to_have_attribute("autocomplete", "new-password")
    secret = {"client_id": "me", "clientSecret": "s1", "pin": "s2"}
    kept = form.evaluate(
        """(body) => {
          const { form, withoutSecrets } = window.console_form;
          form.values = { header: { 'X-Api-Key': 's3' }, media_type: 'application/json', body };
          return withoutSecrets(form.description, form.values);
        }""",
        {**secret, "inner": [secret], "access_token": "s4", "secretAccessKey": "s5", "secret_key": "s6", "jwt": "s7"},
    )
    assert kept["body"] == {"client_id": "me", "inner": [{"client_id": "me"}]}
    assert kept["header"] == {}


def test_files_go_with_the_request_and_not_into_values(form: Page) -> None:
    file = {"type": "string", "format": "binary"}
    schema = {
        "type": "object",
        "required": ["scan"],
        "properties": {"note": {"type": "string"}, "scan": file, "more": {"type": "array", "items": file}},
    }
    load(form, described({"schema": schema}, media_type="multipart/form-data"))
    assert [each["place"] for each in problems(form)] == ["body/scan"]
    form.get_by_label("note", exact=True).fill("n")
    form.get_by_label("scan").set_input_files({"name": "s.png", "mimeType": "image/png", "buffer": b"1"})
    form.get_by_label("more").set_input_files(
        [FilePayload(name=f"{name}.txt", mimeType="text/plain", buffer=b"2") for name in "ab"]
    )
    assert problems(form) == []
    assert body(form) == {"note": "n"}
    request = form.evaluate(
        "() => { const { form, composed } = window.console_form; return composed(form.description, form.values, ''); }"
    )
    assert [(part["name"], part["filename"], part["text"]) for part in request["body"]["parts"]] == [
        ("note", None, "n"),
        ("scan", "s.png", "1"),
        ("more", "a.txt", "2"),
        ("more", "b.txt", "2"),
    ]
    load(form, described({}, media_type="application/octet-stream"))
    form.get_by_label("Body").set_input_files({"name": "b.bin", "mimeType": "", "buffer": b"\x00"})
    request = form.evaluate(
        "() => { const { form, composed } = window.console_form; return composed(form.description, form.values, ''); }"
    )
    assert (request["body"], request["headers"]) == ({"file": "\x00"}, [["Content-Type", "application/octet-stream"]])


def test_an_example_is_picked_by_its_name(form: Page) -> None:
    named = {
        "one": {"summary": "The first", "value": {"a": "1"}},
        "two": {"summary": "The second", "value": {"a": "2"}},
    }
    load(form, described({"schema": {"type": "object", "properties": {"a": {"type": "string"}}}, "examples": named}))
    form.get_by_label("Example").select_option(label="The second")
    form.get_by_role("button", name="Fill with an example").click()
    assert body(form) == {"a": "2"}


def test_a_pattern_that_never_ends_is_not_tried(form: Page) -> None:
    show(
        form,
        a={"type": "string", "pattern": "^(a+)+$"},
        b={"type": "string", "pattern": "["},
        c={"type": "string", "pattern": "^x"},
    )
    write(form, {"a": "a" * 60 + "!", "b": "y", "c": "y"})
    assert problems(form) == [{"place": "body/c", "message": "must look like ^x"}]


def test_nobody_is_left_out(form: Page) -> None:
    load(
        form,
        described(
            {
                "schema": {
                    "type": "object",
                    "properties": {
                        "pet": PET,
                        "tree": TREE,
                        "any": {},
                        "tags": {"type": "array", "items": {"type": "string"}},
                    },
                }
            }
        ),
    )
    write(
        form,
        {"pet": {"kind": "cat", "lives": "x"}, "tree": {"children": [{"name": "a"}]}, "tags": ["a", 1], "other": 1},
    )
    problems(form)
    found = Axe().run(form, context="request-form").response["violations"]
    assert [each["id"] for each in found if each["id"] != "color-contrast"] == []
