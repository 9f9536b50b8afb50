"""Documents by others, named by a setting, have pages that say whose they are."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from portal.guides import library
from portal.openapi.documents import contents
from portal.ui.public import forget
from tests.openapi.foreign import SLUGS, unpacked


@pytest.fixture(autouse=True)
def further(settings: Settings) -> Iterator[None]:
    settings.OPENAPI_DOCUMENTS = unpacked()
    forget()
    yield
    forget()


def test_our_own_index_leads_to_each_which_says_whose_it_is_where_it_answers_and_where_it_can_be_downloaded() -> None:
    ours = Client().get(reverse("reference")).content.decode()
    assert all(f'href="{reverse("reference-of", args=[slug])}"' in ours for slug in SLUGS)
    theirs = Client().get(reverse("reference-of", args=["discord"])).content.decode()
    assert "Discord HTTP API (Preview) is the API of others" in theirs
    assert "<code>https://discord.com/api/v10</code>" in theirs
    assert reverse("openapi-of", args=["discord"]) in theirs


def test_an_operation_shows_its_server_how_to_sign_in_and_the_request_in_five_languages() -> None:
    html = Client().get(reverse("reference-operation-of", args=["discord", "get_channel"])).content.decode()
    assert "https://discord.com/api/v10" in html
    assert html.count('class="code-panel"') == 5
    assert "API key Authorization in the header" in html
    assert 'class="tag production"' not in html
    assert reverse("reference-scopes") not in html


def test_in_development_a_document_that_has_changed_is_shown_anew(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "RECHECK", -1)
    path = tmp_path / "small.json"
    settings.DEVELOPMENT, settings.OPENAPI_DOCUMENTS = True, {"small": str(path)}
    for number, title in enumerate(("First", "Second")):
        path.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": title, "version": "1"}, "paths": {}}))
        os.utime(path, (number, number))
        assert f"<h1>{title}</h1>" in Client().get(reverse("reference-of", args=["small"])).content.decode()


def test_a_tag_with_hundreds_of_operations_is_a_list_of_links() -> None:
    tag = max(contents("github").tags, key=lambda each: len(each.operations))
    html = Client().get(reverse("reference-tag-of", args=["github", tag.slug])).content.decode()
    assert "<article" not in html
    assert all(reverse("reference-operation-of", args=["github", one.id]) in html for one in tag.operations)
