"""Every operation and schema of large documents by others has a page that shows what stands in it, and is sound."""

import os
import random
from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from pytest_django import Settings

from portal.openapi.documents import Contents, Operation, contents
from portal.reference.described import describe
from portal.ui.public import forget
from tests.openapi.foreign import SLUGS, unpacked
from tests.reference.pages import Page, page

AT_MOST = 40 if os.environ.get("CI") == "true" else 3
"""So many pages of each kind of each document are looked at."""
LARGEST_PAGE = 1_500_000
"""Bytes, before it is compressed."""


@pytest.fixture(autouse=True)
def documents(settings: Settings) -> Iterator[None]:
    settings.OPENAPI_DOCUMENTS = unpacked()
    yield
    forget()


def some(names: list[str], slug: str) -> list[str]:
    """Return the names, or a few of them, always the same."""
    return names if len(names) <= AT_MOST else random.Random(slug).sample(names, AT_MOST)


def wanting(one: Operation, shown: Page) -> list[str]:
    """Return what the document says of an operation, by its own words, and the page does not show."""
    document = one.document
    parameters = [*one.shared, *map(document.follow, one.raw.get("parameters", ()))]
    named = {f"{each['in']}.{each['name']}" for each in parameters if each}
    named |= set(one.raw.get("responses", {}))
    content = document.follow(one.raw.get("requestBody")).get("content", {})
    for media in content.values():
        schema = document.follow(media.get("schema"))
        properties = schema.get("properties", {}) if not {"oneOf", "anyOf", "allOf"} & schema.keys() else {}
        named |= {
            f"body.{name}" for name, rules in properties.items() if document.follow(rules).get("readOnly") is not True
        }
    return sorted(
        name for name in named if not any(name.replace(" ", "_").replace("%", "_") in known for known in shown.ids)
    )


def each(slug: str, kind: str, names: list[str], check: Callable[[str, Page], list[str]]) -> dict[str, list[str]]:
    """Return the faults of the pages of these names."""
    found = {}
    for name in some(names, slug):
        shown = page(reverse(f"reference-{kind}-of", args=[slug, name]))
        faults = [*shown.faults(), *check(name, shown)]
        if len(shown.html) > LARGEST_PAGE:
            faults.append(f"{len(shown.html)} bytes")
        if faults:
            found[name] = faults[:5]
        forget()
    return found


def held(slug: str) -> Contents:
    found = contents(slug)
    assert found.operations
    return found


@pytest.mark.parametrize("slug", SLUGS)
def test_every_operation_is_shown_with_its_parameters_fields_and_answers(slug: str) -> None:
    operations = held(slug).operations

    def missing(name: str, shown: Page) -> list[str]:
        return [f"not shown: {each}" for each in wanting(operations[name], shown)]

    assert each(slug, "operation", list(operations), missing) == {}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_schema_is_shown(slug: str) -> None:
    assert each(slug, "schema", list(held(slug).schemas), lambda _name, _shown: []) == {}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_tag_is_shown_with_its_operations(slug: str) -> None:
    tags = {tag.slug: tag for tag in held(slug).tags}

    def missing(name: str, shown: Page) -> list[str]:
        addresses = [reverse("reference-operation-of", args=[slug, one.id]) for one in tags[name].operations]
        return [f"no link: {address}" for address in addresses if address not in shown.links]

    assert each(slug, "tag", list(tags), missing) == {}
    index = page(reverse("reference-of", args=[slug]))
    assert index.faults() == []
    assert {reverse("reference-tag-of", args=[slug, name]) for name in tags} <= set(index.links)


@pytest.mark.parametrize("slug", SLUGS)
def test_no_operation_is_read_into_more_than_a_page_can_show(slug: str) -> None:
    for name in some(list(held(slug).operations), slug):
        described = describe(contents(slug).operations[name])
        text = sum(len(each.text) for answer in described.answers for body in answer.bodies for each in body.examples)
        assert text < 300_000, name
