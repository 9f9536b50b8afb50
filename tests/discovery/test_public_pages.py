"""Every public page says where it stands: its address, its other languages, its Markdown. All are in the sitemap."""

import re
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from portal.discovery.pages import PublicPage, languages, sections
from portal.ui.public import forget
from tests.openapi import foreign
from tests.portal.rooms import rooms

NAMESPACES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
UNLISTED = {"styleguide", "console-operation", "console-shell"}
"""Public, but nothing that anybody should find: what an operation is stands in the reference; the shell is a part."""
TWINLESS = re.compile(r"console")
BLOCKS = {"h1", "h2", "h3", "p", "li", "td"}
ASIDE = {"code-group", "nav", "aside", "svg", "details"}


class Words(HTMLParser):
    """Collects the words of each heading and paragraph of the main part, without navigation and tabs of code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self._skipped = 0
        self._inside = False
        self.feed(html.partition("<main")[2].partition("</main>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skipped += tag in ASIDE
        if tag in BLOCKS:
            # Paragraphs with a class tell of the page, not of its subject.
            self._inside = not self._skipped and (tag != "p" or not attrs or ("class", "lead") in attrs)
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in ASIDE
        self._inside = self._inside and tag not in BLOCKS

    def handle_data(self, data: str) -> None:
        if self._inside and not self._skipped:
            self.blocks[-1] += data


def pages(language: str) -> list[PublicPage]:
    return [page for section in sections(language) for page in section.pages]


@pytest.fixture(scope="module", params=languages())
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def links(html: str, pattern: str) -> list[str]:
    return [unescape(one) for one in re.findall(pattern, html.partition("</head>")[0])]


def squeezed(text: str) -> str:
    """Return the letters and digits alone: neither markup nor space matters."""
    return re.sub(r"[\W_]+", "", re.sub(r"\]\([^)]*\)|\{#[\w-]+\}", "", unescape(text)))


def test_every_public_page_is_known_here(language: str) -> None:
    known = {page.name for page in pages(language)} | UNLISTED
    for room in rooms(language):
        if getattr(room.view, "is_public_page", False) and (room.path.endswith("/") or not room.path):
            assert room.name.removesuffix("-of") in known, room.path


def test_a_public_page_says_where_it_stands(client: Client, language: str) -> None:
    others = {code: pages(code) for code in languages()}
    for number, page in enumerate(others[language]):
        answer = client.get(page.path)
        assert answer.status_code == 200, page.path
        html = answer.content.decode()
        assert links(html, r'<link rel="canonical" href="([^"]*)"') == [settings.PUBLIC_URL + page.path]
        expected = {code: settings.PUBLIC_URL + found[number].path for code, found in others.items()}
        found = re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)"', html)
        assert dict(found) == expected | {"x-default": expected["en"]}
        markdown = links(html, r'<link rel="alternate" type="text/markdown" href="([^"]*)"')
        assert markdown == ([page.twin] if page.twin else [])
        assert page.twin or TWINLESS.fullmatch(page.name), page.path


TABLES = {"reference", "reference-tag", "reference-operation", "reference-schema"}
"""Their twins say the same in tables: tests/reference/test_twins.py."""


def test_the_twin_holds_the_words(client: Client, language: str) -> None:
    for page in pages(language):
        if not page.twin or page.name in TABLES:
            continue
        answer = client.get(page.twin)
        assert answer.status_code == 200, page.twin
        assert answer["Content-Type"] == "text/markdown; charset=utf-8"
        text = squeezed(answer.content.decode())
        blocks = Words(client.get(page.path).content.decode()).blocks
        assert blocks
        assert not [block for block in blocks if squeezed(block) not in text], page.path


def test_the_sitemap_lists_every_page_with_its_other_languages(client: Client) -> None:
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)
    found = {url.findtext("s:loc", "", NAMESPACES): url for url in tree.findall("s:url", NAMESPACES)}
    assert set(found) == {settings.PUBLIC_URL + page.path for code in languages() for page in pages(code)}
    for url in found.values():
        others = [link.get("href") for link in url.findall("x:link", NAMESPACES)]
        assert len(others) == len(languages()) + 1
        assert set(others) <= set(found)
    guide = found[f"{settings.PUBLIC_URL}/guides/getting-started/"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", guide.findtext("s:lastmod", "", NAMESPACES))


def test_pages_of_a_further_document_are_in_the_sitemap_and_nowhere_else(client: Client, settings: Settings) -> None:
    settings.OPENAPI_DOCUMENTS = {"webhooks": foreign.unpacked()["adyen-webhooks"]}
    forget()
    try:
        sitemap = client.get("/sitemap.xml").content.decode()
        paths = re.findall(rf"<loc>{settings.PUBLIC_URL}(/reference/documents/webhooks/[^<]*)", sitemap)
        assert len(paths) > 50
        assert {client.get(unescape(path)).status_code for path in (*paths[:3], paths[-1])} == {200}
        listed = re.findall(r"/reference/documents/[^)]*", client.get("/llms.txt").content.decode())
        assert set(listed) <= {"/reference/documents/webhooks.md"}
        assert "/reference/documents/" not in client.get("/llms-full.txt").content.decode()
    finally:
        forget()


def test_robots_are_let_in_and_told_of_the_sitemap(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml" in answer.content.decode()
    assert "Disallow" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/guides/nothing/", "/errors/nothing/", "/accounts/login/"])
def test_what_is_no_public_page_has_no_canonical_address(client: Client, path: str) -> None:
    assert 'rel="canonical"' not in client.get(path).content.decode()


def test_llms_txt_links_to_markdown_that_is_there(client: Client, language: str) -> None:
    prefix = "" if language == "en" else f"/{language}"
    answer = client.get(f"{prefix}/llms.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    text = answer.content.decode()
    assert re.match(r"# .+\n\n> .+\n", text)
    addresses = re.findall(r"\]\(([^)]+)\)", text)
    assert all(address.startswith(settings.PUBLIC_URL) for address in addresses)
    paths = {address.removeprefix(settings.PUBLIC_URL) for address in addresses}
    assert len(paths) == len(addresses)
    assert {page.twin for page in pages(language) if page.twin and page.name != "home"} <= paths
    assert all(client.get(path).status_code == 200 for path in paths)


def test_llms_full_holds_every_guide_and_every_error(client: Client, language: str) -> None:
    prefix = "" if language == "en" else f"/{language}"
    text = client.get(f"{prefix}/llms-full.txt").content.decode()
    for page in pages(language):
        if page.twin and not page.name.startswith(("reference-tag", "reference-schema")):
            assert client.get(page.twin).content.decode().strip() in text, page.path
