"""Pages as readers and their clients get them."""

import gzip
import html
import re
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
from django.test import Client

from portal.guides.library import library
from portal.guides.sources import PageError
from portal.guides.variables import variables
from portal.problems.catalogue import PROBLEMS
from tests.servers import PROJECT

PUBLIC = ["/", "/fr/", "/guides/getting-started/", "/fr/guides/getting-started/", "/errors/", "/fr/errors/not_found/",
          "/styleguide/", "/guides/getting-started.md", "/openapi.yaml"]  # fmt: skip


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_costs_no_query_and_sets_no_cookie(client: Client, path: str) -> None:
    # Without the `db` fixture a query is an error.
    answer = client.get(path)
    assert answer.status_code == 200
    assert not answer.cookies
    assert "public" in answer["Cache-Control"]
    assert "Cookie" not in answer.get("Vary", "")


def test_a_page_comes_compressed_with_an_etag_and_304(client: Client) -> None:
    plain = client.get("/guides/getting-started/")
    packed = client.get("/guides/getting-started/", headers={"Accept-Encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]
    assert "Accept-Encoding" in packed["Vary"]
    again = client.get("/guides/getting-started/", headers={"If-None-Match": plain["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_query_string_changes_nothing(client: Client) -> None:
    assert client.get("/errors/?x=<script>").content == client.get("/errors/").content


def test_every_page_says_its_language_and_links_to_the_others(client: Client) -> None:
    for language, prefix in (("en", ""), ("fr", "/fr")):
        for slug in library().pages[language]:
            answer = client.get(f"{prefix}/guides/{slug}/")
            text = answer.content.decode()
            assert f'<html lang="{language}">' in text
            assert answer["Content-Language"] == language
            assert f'href="{"/fr" if language == "en" else ""}/guides/{slug}/"' in text
            assert '<link rel="canonical"' in text


def test_the_markdown_twin_has_the_same_text_with_the_variables_filled_in(client: Client) -> None:
    for slug in library().pages["en"]:
        answer = client.get(f"/guides/{slug}.md")
        assert answer["Content-Type"] == "text/markdown; charset=utf-8"
        assert "{{" not in answer.content.decode()
    assert variables()["sandbox.base_url"] in client.get("/guides/getting-started.md").content.decode()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_markdown_twin_needs_nothing_of_this_site(client: Client, language: str) -> None:
    prefix = "" if language == "en" else "/fr"
    for slug in library().pages[language]:
        text = client.get(f"{prefix}/guides/{slug}.md").content.decode()
        assert not re.search(r"^```(?:call|table|fields|sequence|states)", text, re.MULTILINE), slug
    errors = client.get(f"{prefix}/guides/errors-and-limits.md").content.decode()
    assert all(f"[`{code}`]({prefix}/errors/{code}/)" in errors for code in PROBLEMS)
    calls = client.get(f"{prefix}/guides/connect-api.md").content.decode()
    assert f"curl -X POST {variables()['sandbox.base_url']}/connect/patients/resolve" in calls
    assert '"outcome": "matched"' in calls


def test_every_guide_is_translated_and_the_translation_is_current() -> None:
    for page in library().pages["fr"].values():
        assert not page.untranslated, page.source.slug
        english = library().pages["en"][page.source.slug].source
        assert not page.stale, f"{page.source.path}: translates: {english.digest}"


def test_the_date_of_a_page_is_not_older_than_its_last_commit() -> None:
    for page in library().pages["en"].values():
        command = ["git", "log", "-1", "--format=%as", "--", str(page.source.path)]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
        if committed := done.stdout.strip():
            assert page.source.changed >= date.fromisoformat(committed), page.source.path


def test_an_unknown_address_suggests_pages(client: Client) -> None:
    answer = client.get("/guides/autentication/")
    assert answer.status_code == 404
    assert 'href="/guides/authentication/"' in answer.content.decode()
    assert "Getting started" in client.get("/x" * 500).content.decode()


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/v1", "/v1/", "/guides/"])
@pytest.mark.django_db
def test_a_base_address_leads_to_the_guide(client: Client, path: str) -> None:
    assert client.get(path)["Location"] == "/guides/getting-started/"


def test_a_form_from_elsewhere_gets_a_page_that_says_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/fr/errors/", {"x": "y"})
    assert answer.status_code == 403
    assert 'href="/fr/applications/"' in answer.content.decode()


def test_a_broken_guide_breaks_no_other_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise PageError(Path("page.md"), 3, "nobody can read this")

    monkeypatch.setattr("portal.search.index.library", broken)
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "There is no page at this address." in answer.content.decode()


def test_every_page_leads_to_the_terms(client: Client) -> None:
    assert 'href="/guides/terms/"' in client.get("/errors/").content.decode()


@pytest.mark.parametrize("path", ["/", "/fr/"])
def test_the_call_of_the_first_page_is_copied_as_a_program_that_runs_by_itself(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    sent: list[dict[str, Any]] = []

    def get(address: str, **others: Any) -> requests.Response:
        sent.append({"address": address, **others})
        answer = requests.Response()
        answer._content = b'{"health_id": "OPC-2024-DEMO1"}'
        return answer

    monkeypatch.setattr(requests, "get", get)
    panel = re.search(
        r'<div class="code-panel" data-code="python">.*?<code>(.*?)</code>', client.get(path).text, re.DOTALL
    )
    assert panel
    program: dict[str, Any] = {}
    exec(html.unescape(re.sub(r"<[^>]+>", "", panel[1])), program)
    assert program["patient"] == {"health_id": "OPC-2024-DEMO1"}
    assert sent[0]["address"].endswith("/api/v1/connect/patient/search")
    assert sent[0]["headers"] == {"Authorization": "Bearer ACCESS_TOKEN"}
