"""What a document holds, whoever wrote it."""

from pathlib import Path
from typing import Any

import pytest

from portal.openapi.documents import Contents, Document, address, contents_of
from portal.openapi.files import read
from tests.openapi.foreign import SLUGS, unpacked


def held(**raw: Any) -> Contents:
    """Return the contents of a document that has these sections."""
    return contents_of(Document("", raw))


def operations_in(raw: dict[str, Any]) -> int:
    """Count the operations of a document by hand."""
    methods = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
    items = [item for place in ("paths", "webhooks", "x-webhooks") for item in raw.get(place, {}).values()]
    return sum(len(methods & item.keys()) for item in items)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_operation_and_schema_of_a_large_document_is_held_once(slug: str) -> None:
    raw = read(Path(unpacked()[slug]))
    found = contents_of(Document(slug, raw))
    assert len(found.operations) == operations_in(raw) > 20
    assert len(found.schemas) == len(raw["components"]["schemas"])
    assert sorted(each.id for tag in found.tags for each in tag.operations) == sorted(found.operations)
    assert all(name == each.id for name, each in found.operations.items())


def test_ids_that_come_twice_or_cannot_stand_in_an_address_get_one_of_their_own() -> None:
    ids = ["list", "list", "list-2", "../..", "a/b c", "<script>", "", 7, None, "é", "x" * 500]
    found = held(paths={f"/{number}": {"get": {"operationId": name}} for number, name in enumerate(ids)})
    assert list(found.operations)[:6] == ["list", "list-2", "list-2-2", "operation", "a-b-c", "script"]
    assert len(found.operations) == len(ids)
    assert all(name and "/" not in name and "." not in name and len(name) < 130 for name in found.operations)


def test_ten_thousand_of_one_id_are_numbered() -> None:
    paths = {f"/{number}": {"get": {"operationId": "same", "tags": [f"t {number}"]}} for number in range(10_000)}
    found = held(paths=paths)
    assert list(found.operations)[-1] == "same-10000"
    assert len(found.tags) == 10_000


def test_tags_come_in_the_order_of_the_document_and_share_no_address() -> None:
    paths = {f"/{tag}": {"get": {"tags": [tag]}} for tag in ("B!", "a", "B?", "", "日本")}
    found = held(tags=[{"name": "a"}, {"name": "unused"}, 3, {"name": "B!", "description": None}], paths=paths)
    assert [(tag.name, tag.slug) for tag in found.tags] == [
        ("a", "a"),
        ("B!", "b"),
        ("B?", "b-2"),
        ("", "other"),
        ("日本", "other-2"),
    ]


def test_no_tag_and_no_operation_takes_an_anchor_of_its_page() -> None:
    paths = {f"/{name}": {"get": {"tags": [name.title()], "operationId": name}} for name in ("main", "servers", "pets")}
    found = held(paths=paths)
    assert [tag.slug for tag in found.tags] == ["main-2", "servers-2", "pets"]
    assert list(found.operations) == ["main-2", "servers", "pets"]


def test_a_schema_has_an_address_whatever_it_is_called() -> None:
    for name in ("Patient", "api.v2010.account", "a_b-c", "Größe"):
        assert address(name) == name
    strange = ["..", "", "a/b", "<script>", "a b", ".hidden", "x" * 500]
    assert len({address(name) for name in strange}) == len(strange)
    assert all("/" not in address(name) and not address(name).startswith(".") for name in strange)
    assert list(held(components={"schemas": {"a/b": {}, "No": False, "Bad": 3}}).schemas) == [
        address("a/b"),
        "No",
        "Bad",
    ]


def test_references_are_followed_inside_the_document_and_end() -> None:
    document = Document("", {
        "a": {"$ref": "#/b/c~1d%20e/1"}, "b": {"c/d e": [0, {"found": True}]},
        "round": {"$ref": "#/trip"}, "trip": {"$ref": "#/round"}, "self": {"$ref": "#/self"},
    })  # fmt: skip
    assert document.follow({"$ref": "#/a"}) == {"found": True}
    for nowhere in ("#/round", "#/self", "#/none", "#/b/c~1d%20e/9", "other.yaml#/a", "https://x.example/", "#", ""):
        assert document.follow({"$ref": nowhere}) == {}
    assert document.follow(3) == {}
    assert document.follow({"$ref": 3}) == {"$ref": 3}


def test_the_nearest_servers_count_and_their_variables_stand_in_them() -> None:
    server = {
        "url": "https://{region}.example.org/{base}",
        "variables": {"region": {"default": "eu", "enum": ["eu", "us"], "description": "Where."}, "base": 3},
    }
    found = held(
        servers=[{"url": "/v1"}],
        paths={
            "/a": {"get": {}},
            "/b": {"servers": [server], "get": {}, "put": {"servers": [{"url": "/own"}]}},
            "/c": {"servers": ["wrong"], "get": {}},
        },
    )
    urls = {f"{each.method} {each.path}": [one.url for one in each.servers] for each in found.operations.values()}
    assert urls["GET /a"] == ["/v1"]
    assert urls["GET /b"] == ["https://eu.example.org/"]
    assert urls["PUT /b"] == ["/own"]
    assert found.operations["get-b"].servers[0].variables[0] == ("region", "eu", ("eu", "us"), "Where.")


def test_a_variable_within_a_variable_is_text() -> None:
    server = {"url": "{a}{none}", "variables": {"a": {"default": "{b}{a}"}, "b": {"default": "no"}}}
    found = held(servers=[server], paths={"/a": {"get": {}}})
    assert found.operations["get-a"].servers[0].url == "{b}{a}{none}"


def test_a_path_item_may_be_a_reference_with_more_beside_it() -> None:
    found = held(
        paths={"/a": {"$ref": "#/components/pathItems/A", "put": {"operationId": "own"}}},
        components={
            "pathItems": {"A": {"get": {"operationId": "shared"}, "parameters": [{"name": "x", "in": "query"}]}}
        },
    )
    assert set(found.operations) == {"shared", "own"}
    assert found.operations["own"].shared == ({"name": "x", "in": "query"},)
