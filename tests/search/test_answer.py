"""The answer as one types: small, public, the same whatever is asked, and of nobody's concern but the reader's."""

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from portal.search import slips
from portal.search.entry import Entry, Kind
from portal.search.finding import MOST_PARTS
from portal.search.index import index
from portal.search.reference import LONGEST_TITLE, entries
from tests.search.answers import ask, visitor
from tests.search.test_find import AMONG_THREE, AMONG_THREE_IN_FRENCH, FIRST, FIRST_IN_FRENCH

EVERYTHING = os.environ.get("CI") == "true"
MOST_BYTES = 2_000
HOSTILE = [
    "",
    " ",
    '"',
    '""',
    "'",
    "*",
    "a*",
    "NEAR(a b)",
    "a AND",
    "AND OR NOT",
    "title:token",
    "{title} : token",
    "^token",
    "token + secret",
    "-token",
    "(((((",
    "a\0b",
    "\0",
    "token\0",
    "😀",
    "token 😀",
    "👩🏽‍⚕️",
    "!!!???...",
    "::::____////",
    "%00%27",
    "; DROP TABLE entries_en; --",
    "<script>alert(1)</script>",
    "معرف المريض",
    "患者",
    "Пациент",
    "ﷺ",
    "½ ² ﬁ",
    "İı",
    "\u202etoken",
    "e\u0301" * 50,
    "a" * 10_000,
    "token " * 2_000,
    "_" * 10_000,
    "a_" * 5_000,
    "(" * 10_000,
    "\n\r\t",
    "\ud800",
]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_answer_is_small(language: str) -> None:
    queries = [query for query, _ in (*FIRST, *AMONG_THREE, *FIRST_IN_FRENCH, *AMONG_THREE_IN_FRENCH)]
    long_words = sorted(index().vocabulary(language), key=len)[-20:]
    common = sorted(index().vocabulary(language).items(), key=lambda one: -one[1][1])[:60]
    for query in [*queries, *long_words, *(word for word, _ in common), " ".join(long_words)]:
        answer = ask(query, language)
        assert answer.size < MOST_BYTES, query
        assert len(answer.urls) <= 8


@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_whatever_is_asked_is_answered(query: str, language: str) -> None:
    query = query.encode(errors="replace").decode()
    answer = ask(query, language)
    assert answer.size < MOST_BYTES
    assert "<script" not in answer.html
    page = visitor().get("/search/" if language == "en" else "/fr/search/", {"q": query})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_it_sets_no_cookie_and_only_the_readers_browser_keeps_it() -> None:
    """Without a mark of the database, a query of it would fail this test."""
    for address in ("/search/answer/", "/search/", "/fr/search/"):
        response = visitor().get(address, {"q": "amina@example.org"})
        assert not response.cookies
        assert response["Cache-Control"] == "private, max-age=300"
        assert response["Vary"] == "Accept-Encoding"


def test_a_session_changes_nothing() -> None:
    client = Client()
    client.cookies["session"] = "x" * 32
    assert client.get("/search/answer/?q=token").content == visitor().get("/search/answer/?q=token").content


def test_what_was_typed_is_not_logged(caplog: pytest.LogCaptureFixture, settings: Settings) -> None:
    settings.RATE_LIMIT_SEARCH = 1
    with caplog.at_level(logging.DEBUG):
        for address in ("/search/answer/", "/search/", "/search/nowhere/"):
            Client(raise_request_exception=False).get(address, {"q": "Amina Okafor", "page": "Okafor"})
    assert "Okafor" not in caplog.text


def test_only_reading_is_allowed() -> None:
    assert visitor().post("/search/answer/", {"q": "token"}).status_code == 405
    assert visitor().post("/search/", {"q": "token"}).status_code == 405


def test_too_many_searches_wait(settings: Settings) -> None:
    settings.RATE_LIMIT_SEARCH = 2
    ask("token")
    ask("token")
    refused = ask("token", status=429)
    assert int(refused.response["Retry-After"]) > 0
    assert refused.response["Cache-Control"] == "no-store"
    assert refused.html == ""
    assert "Search again in" in refused.said
    page = visitor().get("/search/?q=token")
    assert page.status_code == 429
    assert "Search again in" in page.content.decode()


@pytest.mark.parametrize("between", [" ", "_", ":", "/"])
def test_so_many_parts_are_compared_with_all_words_at_most(monkeypatch: pytest.MonkeyPatch, between: str) -> None:
    compared: list[str] = []

    def alike(_vocabulary: slips.Vocabulary, typed: str) -> str:
        compared.append(typed)
        return ""

    monkeypatch.setattr(slips, "_alike", alike)
    ask(between.join(f"zq{number}" for number in range(10, 60)))
    assert len(compared) <= MOST_PARTS


Zoo = Callable[[dict[str, Any]], list[Entry]]


@pytest.fixture
def zoo(settings: Settings, tmp_path: Path) -> Zoo:
    """Return what finds the entries of a document of one operation by others."""

    def found(operation: dict[str, Any]) -> list[Entry]:
        document = {"openapi": "3.1.0", "info": {"title": "Zoo"}, "paths": {f"/{'zoo/' * 200}": {"get": operation}}}
        (tmp_path / "zoo.json").write_text(json.dumps(document))
        settings.OPENAPI_DOCUMENTS = {"zoo": str(tmp_path / "zoo.json")}
        return [each for each in entries("en") if each.kind == Kind.OPERATION and "/documents/zoo/" in each.url]

    return found


def test_a_long_name_of_a_document_by_others_is_cut(zoo: Zoo) -> None:
    [found] = zoo({"summary": "Everything about elephants. " * 500, "responses": {}})
    assert found.title.startswith("Everything about elephants.")
    assert max(len(found.title), len(found.where)) <= LONGEST_TITLE


@pytest.mark.parametrize(
    "operation",
    [{"parameters": 7}, {"parameters": [{"name": ["a"], "in": "query"}]}, {"security": [{"key": True}, 7, {"b": [1]}]}],
)
def test_what_is_written_wrongly_by_others_does_not_stop_the_search(zoo: Zoo, operation: dict[str, Any]) -> None:
    assert len(zoo(operation)) == 1


def test_a_slip_is_said() -> None:
    answer = ask("pateint")
    assert "Showing results for <strong>patient</strong>" in answer.html
    assert answer.said.endswith(" results")
    assert "Showing" not in ask("patient").html


def test_the_words_are_marked_whole_and_by_their_parts() -> None:
    assert "<mark>client_secret</mark>" in ask("client_secret").html
    assert "<mark>health_id:verify</mark>" in ask("health_id:verify").html
    assert "<mark>clé d</mark>" not in ask("cle", "fr").html
    assert "<mark>clé</mark>" in ask("cle", "fr").html


def test_nothing_found_says_what_to_try() -> None:
    answer = ask("xqzvjw kkkkqq")
    assert answer.urls == []
    assert "Nothing was found" in answer.html


def test_in_french_all_words_of_a_guide_are_french() -> None:
    answer = ask("secret", "fr")
    assert all(url.startswith("/fr/") for url in answer.urls)
    assert settings.LANGUAGE_CODE not in answer.html.partition('lang="')[2][:2]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_result_leads_somewhere(language: str) -> None:
    """What the index names is on the page: on some pages, and with CI=true on all of them."""
    anchors: dict[str, set[str]] = {}
    for (url,) in index().rows(f"SELECT url FROM entries_{language} ORDER BY url"):
        page, _, anchor = url.partition("#")
        anchors.setdefault(page, set()).add(anchor)
    for page in list(anchors)[:: 1 if EVERYTHING else 9]:
        response = visitor().get(page)
        assert response.status_code == 200, page
        html = response.content.decode()
        assert [one for one in anchors[page] if one and f'id="{one}"' not in html] == [], page
