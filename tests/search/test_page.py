"""The page of results, which needs no script."""

import re

import pytest
from pytest_django import Settings

from portal.search import views
from portal.search.entry import Kind
from portal.search.finding import Found, Hit
from portal.search.words import words
from tests.search.answers import ask, visitor

RESULT = re.compile(r'<h2><a href="([^"]+)">')


def page(address: str, **query: str) -> str:
    response = visitor().get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def test_every_page_has_the_field() -> None:
    for address in ("/", "/guides/getting-started/", "/errors/", "/search/"):
        html = page(address)
        assert '<form class="search" role="search" action="/search/">' in html
    assert 'action="/fr/search/"' in page("/fr/errors/")


def test_results_say_what_they_are_and_where_they_stand() -> None:
    html = page("/search/", q="rotate secret")
    assert RESULT.findall(html)[0] == "/guides/rotate-a-secret/"
    assert "Guide · Your app" in html
    assert '<meta name="robots" content="noindex">' in html
    assert 'value="rotate secret"' in html
    assert "<title>rotate secret · " in html


def test_the_other_language_is_asked_the_same() -> None:
    assert 'href="/fr/search/?q=a+%26+%22token%22"' in page("/search/", q='a & "token"')
    assert 'href="/search/?q=jeton&amp;page=2"' in page("/fr/search/", q="jeton", page="2")


def test_what_is_not_translated_says_its_language_and_nothing_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    hit = Hit(Kind.OPERATION, "/fr/x/", "Read a thing", "GET /x", "/fr/x/", "Of a thing.", "en", ("x",), 1.0)
    monkeypatch.setattr(views, "find", lambda *_: Found((hit,), tuple(words("thing"))))
    html = page("/fr/search/", q="thing")
    assert '<h2><a href="/fr/x/" lang="en">Read a <mark>thing</mark></a></h2>' in html
    assert '<p class="search-where">Opération · GET /x</p>' in html
    assert '<p lang="en">Of a <mark>thing</mark>.</p>' in html
    shown = ask("thing", "fr").html
    assert '<b lang="en">Read a <mark>thing</mark></b> <i>Opération</i><small>GET /x</small>' in shown
    assert '<span lang="en">Of a <mark>thing</mark>.</span>' in shown
    assert "lang=" not in page("/search/", q="thing").partition("search-results")[2].partition("</ol>")[0]


def test_many_results_have_further_pages() -> None:
    first = page("/search/", q="patient")
    shown = RESULT.findall(first)
    assert len(shown) == 20
    assert 'href="/search/?q=patient&amp;page=2"' in first
    second = page("/search/", q="patient", page="2")
    assert '<ol class="search-results" start="21">' in second
    assert not set(RESULT.findall(second)) & set(shown)
    assert 'href="/search/?q=patient&amp;page=1"' in second


@pytest.mark.parametrize("number", ["0", "-1", "x", "10000", "9" * 5000, "\0", "²"])
def test_a_page_that_is_not_there_is_another(number: str) -> None:
    assert RESULT.findall(page("/search/", q="patient", page=number))


def test_a_page_without_results_leads_on() -> None:
    html = page("/search/", q="xqzvjw kkkkqq")
    assert "Nothing was found" in html
    assert 'href="/guides/getting-started/"' in html
    empty = page("/search/")
    assert "Nothing was found" not in empty
    assert "noindex" not in empty
    assert 'href="/guides/getting-started/"' in empty


def test_what_was_typed_is_text() -> None:
    html = page("/search/", q='"><img src=x onerror=alert(1)>')
    assert "<img" not in html


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("/guides/autentication/", "/guides/authentication/"),
        ("/guides/rotate-secret.md", "/guides/rotate-a-secret/"),
        ("/reference/operations/createtokn/", "/reference/operations/createToken/"),
        ("/errors/insufficient_scopes/", "/errors/insufficient_scope/"),
        ("/fr/guides/authentification/", "/fr/guides/authentication/"),
    ],
)
def test_an_unknown_address_suggests_what_is_called_like_it(asked: str, wanted: str) -> None:
    answer = visitor().get(asked)
    assert answer.status_code == 404
    suggested, _, _ = answer.content.decode().partition('getting-started/">Getting started')
    assert f'href="{wanted}"' in suggested.rpartition("<h1>")[2]


def test_whoever_has_searched_too_often_gets_no_suggestions(settings: Settings) -> None:
    settings.RATE_LIMIT_SEARCH = 1
    first, second = (visitor().get("/guides/autentication/") for _ in range(2))
    assert "Did you mean" in first.content.decode()
    assert second.status_code == 404
    assert "Did you mean" not in second.content.decode()


@pytest.mark.parametrize("asked", ["/x/", "/%00/", "/guides/%22%22/", "/" + "a_" * 3000, "/😀/", "/guides/zzzz/"])
def test_an_address_like_no_other_suggests_nothing(asked: str) -> None:
    answer = visitor().get(asked)
    assert answer.status_code == 404
    assert "Did you mean" not in answer.content.decode()
