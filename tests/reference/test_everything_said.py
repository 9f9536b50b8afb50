"""What a document says in its rarer ways stands on its pages: callbacks, links, conditions, meanings, alternatives."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import Settings

from portal.openapi.documents import address
from portal.ui.public import forget

SAID: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Rare", "version": "1.2-rare"},
    "servers": [{"url": "https://rare.test/v1"}],
    "paths": {
        "/orders": {
            "post": {
                "operationId": "placeOrder",
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
                },
                "responses": {
                    "201": {
                        "description": "Placed.",
                        "links": {
                            "Look": {
                                "operationId": "readOrder",
                                "description": "Look whether it has arrived.",
                                "parameters": {"number": "$response.body#/number"},
                            },
                            "Elsewhere": {"operationRef": "https://other.test/api.json#/paths/~1track/get"},
                        },
                    }
                },
                "callbacks": {
                    "arrived": {
                        "{$request.body#/url}": {
                            "post": {
                                "summary": "The parcel has arrived",
                                "description": "Sent once.",
                                "parameters": [{"in": "header", "name": "X-Signature", "schema": {"type": "string"}}],
                                "requestBody": {
                                    "content": {
                                        "application/json": {
                                            "schema": {"properties": {"arrival_day": {"type": "string"}}}
                                        }
                                    }
                                },
                                "responses": {"204": {"description": "Heard."}},
                            }
                        }
                    }
                },
            },
        },
        "/orders/{number}": {
            "get": {
                "operationId": "readOrder",
                "summary": 'Read & "look"',
                "deprecated": True,
                "parameters": [{"in": "path", "name": "number", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "Read."}},
            }
        },
    },
    "components": {
        "schemas": {
            "Order": {
                "properties": {
                    "kind": {
                        "type": "string",
                        "enum": ["A", "B"],
                        "x-enumDescriptions": {"A": "carried by a rider", "B": "carried by a boat"},
                    },
                    "size": {"oneOf": [{"const": 1, "title": "fits a pocket"}, {"const": 2, "title": "fits a bag"}]},
                    "cargo": {"$ref": "#/components/schemas/Cargo"},
                    "example": {"$ref": "#/components/schemas/Stamp"},
                    "label": {"$ref": "#/components/schemas/a~1b"},
                },
                "if": {"properties": {"kind": {"const": "B"}}},
                "then": {"required": ["harbour_then"]},
                "else": {"required": ["street_else"]},
            },
            "Cargo": {
                "oneOf": [{"$ref": "#/components/schemas/Crate"}, {"$ref": "#/components/schemas/Sack"}],
                "discriminator": {
                    "propertyName": "packing",
                    "mapping": {"wooden": "#/components/schemas/Crate", "woven": "Sack", "knotted": "Sack"},
                },
            },
            "Crate": {"type": "object", "properties": {"packing": {"type": "string"}, "nails": {"type": "integer"}}},
            "Sack": {"type": "object", "properties": {"packing": {"type": "string"}, "yarn": {"type": "string"}}},
            "Fields": {"properties": {"fields": {"type": "string"}}},
            "Never": {"not": {"type": "string", "pattern": "^forbidden"}},
            "Sample": {"type": "string", "examples": ["like-this"], "deprecated": True},
            "Stamp": {"type": "string"},
            "a/b": {"type": "string"},
            "Many": {"type": "integer", "enum": list(range(1_000, 1_250))},
            "ManyMeant": {"oneOf": [{"const": n, "title": f"number {n}"} for n in range(1_000, 1_250)]},
            "Wide": {"properties": {f"field{number}": {"type": "string"} for number in range(1_030)}},
            "Choice": {"anyOf": [{"title": f"choice {number}", "minimum": number} for number in range(230)]},
        }
    },
}


@pytest.fixture(autouse=True)
def rare(tmp_path: Path, settings: Settings) -> Iterator[None]:
    path = tmp_path / "rare.json"
    path.write_text(json.dumps(SAID))
    settings.OPENAPI_DOCUMENTS = {"rare": str(path)}
    forget()
    yield
    forget()


def html(kind: str, name: str) -> str:
    response = Client().get(reverse(f"reference-{kind}-of", args=["rare", name]))
    assert response.status_code == 200
    found = response.content.decode()
    return found[found.index("<main") : found.index("</main>")]


def words(kind: str, name: str) -> str:
    """Return a page as one reads it."""
    return re.sub(r"\s+", " ", unescape(strip_tags(html(kind, name).replace("<", " <"))))


def test_what_the_api_calls_of_its_own_accord_is_shown_with_its_address_its_fields_and_the_answers_that_it_wants() -> (
    None
):
    text = words("operation", "placeOrder")
    callback = text[text.index("Callbacks") :]
    for part in ("arrived", "The parcel has arrived", "POST", "{$request.body#/url}", "Sent once.", "X-Signature"):
        assert part in callback, part
    for part in ("arrival_day", "204", "Heard."):
        assert part in callback, part


def test_a_link_leads_to_the_operation_that_it_feeds_and_says_with_what_and_why() -> None:
    text = words("operation", "placeOrder")
    assert "number = $response.body#/number" in text
    assert "Look whether it has arrived." in text
    assert "https://other.test/api.json#/paths/~1track/get" in text
    answer = html("operation", "placeOrder").split("Responses")[1].split("Callbacks")[0]
    assert f'href="{reverse("reference-operation-of", args=["rare", "readOrder"])}"' in answer


def test_what_uses_a_schema_is_named_whatever_the_schema_and_the_field_are_called() -> None:
    link = reverse("reference-operation-of", args=["rare", "placeOrder"])
    for name in ("Stamp", address("a/b")):
        assert link in html("schema", name).partition('id="used-by"')[2], name


def test_a_title_and_its_description_for_search_engines_are_escaped_once() -> None:
    page = Client().get(reverse("reference-operation-of", args=["rare", "readOrder"])).content.decode()
    assert "<title>Read &amp; &quot;look&quot; ·" in page
    assert "&amp;amp;" not in page


def twin(kind: str, name: str) -> str:
    response = Client().get(reverse(f"reference-{kind}-markdown-of", args=["rare", name]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_twins_say_it_too() -> None:
    order = twin("operation", "placeOrder")
    assert "Look whether it has arrived." in order
    assert "by `packing: wooden`" in order
    assert "**deprecated**\n\nfor example `like-this`\n" in twin("schema", "Sample")
    assert "fits a pocket" in twin("schema", "Order")
    assert "choice 7" in twin("schema", "Choice")
    assert "and 50 more" in twin("schema", "Many")
    assert "and 30 more" in twin("schema", "Choice")
    index = Client().get(reverse("reference-markdown-of", args=["rare"])).content.decode()
    assert "Version 1.2-rare" in index
    assert "`https://rare.test/v1`" in index
    assert "`GET /orders/{number}` **deprecated**" in index


def test_conditions_say_what_then_must_hold() -> None:
    text = words("schema", "Order")
    for keyword, demanded in (("then", "required harbour_then"), ("else", "required street_else")):
        assert demanded in text.split(f" {keyword} ", 1)[1], keyword
    assert "always B" in text.split(" if ", 1)[1].split(" then ")[0]


def test_what_must_not_hold_is_shown_even_where_nothing_else_is_said() -> None:
    assert "pattern ^forbidden" in words("schema", "Never").split(" not ", 1)[1]


def test_an_example_is_shown_even_where_nothing_else_is_said() -> None:
    assert "for example like-this" in words("schema", "Sample")


@pytest.mark.parametrize("meant", ["A carried by a rider", "B carried by a boat", "1 fits a pocket", "2 fits a bag"])
def test_a_value_stands_beside_what_it_means(meant: str) -> None:
    assert meant in words("schema", "Order")


def test_each_alternative_says_by_which_values_it_is_chosen() -> None:
    text = words("schema", "Cargo")
    assert "by packing" in text
    assert re.search(r"wooden Crate\b.*nails", text)
    assert re.search(r"woven, knotted Sack\b.*yarn", text)


@pytest.mark.parametrize(
    ("name", "left_out"),
    [("Many", "and 50 more"), ("ManyMeant", "and 50 more"), ("Wide", "and 30 more fields"), ("Choice", "and 30 more")],
)
def test_what_is_left_out_is_counted(name: str, left_out: str) -> None:
    assert left_out in words("schema", name)


def test_a_field_may_have_the_name_of_a_heading() -> None:
    assert html("schema", "Fields").count('id="fields"') == 1
