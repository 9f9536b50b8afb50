"""The page of results, which needs no script."""

import re

import pytest

from tests.search.answers import visitor

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


@pytest.mark.parametrize("asked", ["/x/", "/%00/", "/guides/%22%22/", "/" + "a_" * 3000, "/😀/", "/guides/zzzz/"])
def test_an_address_like_no_other_suggests_nothing(asked: str) -> None:
    answer = visitor().get(asked)
    assert answer.status_code == 404
    assert "Did you mean" not in answer.content.decode()
