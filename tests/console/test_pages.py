"""The console's pages and what its script asks for: public, the same for everybody, for every operation."""

import json
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.html import escape
from pytest_django import Settings

from portal.openapi.documents import contents
from portal.openapi.words import words
from portal.samples.composing import compose
from portal.ui.public import forget
from tests.openapi.foreign import SLUGS, unpacked

OPERATIONS = contents().operations


def test_every_operation_is_in_the_list(client: Browser) -> None:
    page = client.get("/console/").content.decode()
    missing = [each.id for each in OPERATIONS.values() if f'href="/console/operations/{each.id}/"' not in page]
    assert missing == []


@pytest.fixture
def _further(settings: Settings) -> Iterator[None]:
    settings.OPENAPI_DOCUMENTS = unpacked()
    forget()
    yield
    forget()


@pytest.mark.usefixtures("_further")
def test_operations_of_further_documents_are_found_from_the_list(client: Browser) -> None:
    first = client.get("/console/").content.decode()
    for slug in SLUGS:
        assert f'href="/console/documents/{slug}/"' in first
        page = client.get(f"/console/documents/{slug}/").content.decode()
        assert contents(slug).document.title in unescape(page)
        assert "Further documents" not in page
        for each in contents(slug).operations.values():
            address = reverse("console-operation-of", args=[slug, each.id])
            assert (f'href="{address}"' in page) is not each.is_webhook
    one = next(each for each in contents(SLUGS[0]).operations.values() if not each.is_webhook)
    page = client.get(reverse("console-operation-of", args=[SLUGS[0], one.id])).content.decode()
    assert f'href="/console/documents/{SLUGS[0]}/"' in page
    assert client.get("/console/documents/none/").status_code == 404


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_a_page_shows_the_call_and_leads_to_its_description(client: Browser, operation_id: str) -> None:
    found = OPERATIONS[operation_id]
    page = client.get(f"/console/operations/{operation_id}/").content.decode()
    assert escape(found.summary) in page
    assert f'data-description="/console/operations/{operation_id}.json"' in page
    assert "curl" in page
    assert f'href="/reference/operations/{operation_id}/"' in page


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_a_description_says_what_the_document_says(client: Browser, operation_id: str) -> None:
    operation = OPERATIONS[operation_id]
    answer = client.get(f"/console/operations/{operation_id}.json")
    assert answer["Content-Type"] == "application/json"
    found = answer.json()
    assert (found["method"], found["path"]) == (operation.method, operation.path)
    assert found["base"] == "/api/v1"
    assert set(found["responses"]) == set(operation.raw["responses"])
    assert {each["media_type"] for each in found["bodies"]} == set(
        operation.raw.get("requestBody", {}).get("content", {})
    )
    assert found["needs_token"] is ("oauth2" in json.dumps(operation.raw["security"]))
    assert set(found["scopes"]) == {
        name for way in operation.raw["security"] for names in way.values() for name in names
    }
    assert found["examples"]
    for example in found["examples"]:
        compose(operation, example["values"])


def test_descriptions_speak_the_language_of_the_page(client: Browser) -> None:
    english = client.get("/console/operations/resolvePatient.json").json()
    french = client.get("/fr/console/operations/resolvePatient.json").json()
    fields, champs = (found["defs"]["ResolveRequest"]["properties"] for found in (english, french))
    translations = words("fr")
    for name, field in fields.items():
        if "description" in field:
            assert champs[name]["description"] == translations[field["description"]] != field["description"]
    assert french["examples"][0]["summary"] == translations[english["examples"][0]["summary"]]


@pytest.mark.parametrize(
    "address", ["operations/nothing/", "operations/nothing.json", "documents/none/operations/x.json"]
)
def test_what_there_is_not_is_not_found(client: Browser, address: str) -> None:
    assert client.get(f"/console/{address}").status_code == 404
