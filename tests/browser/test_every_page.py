"""Every public page, in every language, theme and width: what a glance would miss."""

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import Browser, Page

from portal.guides.library import library
from portal.problems.catalogue import PROBLEMS
from portal.problems.oauth_errors import OAUTH_ERRORS
from tests.browser.windows import Theme, Window, open_window, overflow, settle, shift
from tests.servers import Server

ENGLISH, FRENCH = "en", "fr"
LOST = "/guides/geting-started/"
EVERYTHING = os.environ.get("CI") == "true"
SIZES: list[tuple[Theme, int]] = [("light", 1440), ("dark", 390)]
"""Both themes and both widths. With CI=true, every theme at every width."""
if EVERYTHING:
    SIZES += [("dark", 1440), ("light", 390)]
MAXIMUM_SHIFT = 0.01


def pages(language: str) -> list[str]:
    """Return the path of every page that readers come to, one error page among them."""
    with override(language):
        guides = [page.url for page in library().pages[language].values()]
        lost = LOST if language == ENGLISH else f"/{language}{LOST}"
        error = reverse("error-page", args=["token_missing"])
        reference = [
            reverse("reference"),
            reverse("reference-scopes"),
            reverse("reference-tag", args=["records"]),
            reverse("reference-operation", args=["resolvePatient"]),
            reverse("reference-schema", args=["EncounterPush"]),
        ]
        console = [reverse("console"), reverse("console-operation", args=["pushEncounter"])]
        return [
            reverse("home"),
            *guides,
            *reference,
            *console,
            reverse("changelog"),
            reverse("search") + "?q=patient",
            reverse("error-list"),
            error,
            reverse("styleguide"),
            lost,
        ]


def error_pages(language: str) -> list[str]:
    """Return the path of every error page."""
    with override(language):
        return [reverse("error-page", args=[code]) for code in (*PROBLEMS, *OAUTH_ERRORS)]


class Inline(HTMLParser):
    """Notes scripts, styles and handlers that stand in the HTML itself."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in names if name == "style" or name.startswith("on")]


def visit(page: Page, address: str) -> list[str]:
    """Open the page; return what is wrong with what came."""
    answer = page.goto(address)
    assert answer is not None
    settle(page)
    status = [] if answer.status == (404 if address.endswith(LOST) else 200) else [f"status {answer.status}"]
    return status + [f"inline: {found}" for found in Inline(answer.text()).found]


def structure(page: Page, address: str) -> Iterator[str]:
    """Yield what is wrong with the page's title, language, headings and links."""
    if not re.fullmatch(r"\S.+", page.title()):
        yield "no title"
    language = page.locator("html").get_attribute("lang")
    if language != (FRENCH if address.startswith("/fr/") else ENGLISH):
        yield f"lang is {language}"
    if (headings := page.locator("h1").count()) != 1:
        yield f"{headings} h1"
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => Number(one.tagName[1]))")
    yield from (f"h{after} follows h{before}" for before, after in pairwise(levels) if after > before + 1)
    if page.locator('meta[name="description"]:not([content=""])').count() != 1:
        yield "no description"


def appearance(page: Page) -> Iterator[str]:
    """Yield what is wrong with how the page is laid out."""
    if wide := overflow(page):
        yield f"{wide} px wider than the window"
    if (moved := shift(page)) >= MAXIMUM_SHIFT:
        yield f"layout shift {moved:.3f}"


def accessibility(page: Page) -> Iterator[str]:
    """Yield axe's violations."""
    for violation in Axe().run(page).response["violations"]:
        yield f"axe: {violation['id']}: {len(violation['nodes'])}, at {violation['nodes'][0]['target']}"


def walk(window: Window, addresses: list[str], *, axe: bool) -> dict[str, list[str]]:
    """Open every page; return what is wrong, by address."""
    wrong, page = {}, window.page
    page.goto(addresses[0])  # caches the face; test_budgets looks at first loads, where it comes late
    settle(page)
    for address in addresses:
        faults = [*visit(page, address), *structure(page, address), *appearance(page)]
        faults += accessibility(page) if axe else ()
        faults += window.faults()
        if faults:
            wrong[address] = faults
    return wrong


@pytest.mark.parametrize(("theme", "width"), SIZES)
@pytest.mark.parametrize("language", [ENGLISH, FRENCH])
def test_every_page(chromium: Browser, live: Server, language: str, theme: Theme, width: int) -> None:
    """Axe needs a second a page: without CI=true it sees the English pages alone, which have the same templates."""
    axe = language == ENGLISH or (EVERYTHING and width == 1440)
    with open_window(chromium, live.url, width=width, theme=theme) as window:
        assert walk(window, pages(language), axe=axe) == {}


@pytest.mark.parametrize(("language", "theme", "width"), [(ENGLISH, "light", 1440), (FRENCH, "dark", 390)])
def test_every_error_page(chromium: Browser, live: Server, language: str, theme: Theme, width: int) -> None:
    """They are one template: axe has seen it above, and with CI=true it sees all of them once here."""
    with open_window(chromium, live.url, width=width, theme=theme) as window:
        assert walk(window, error_pages(language), axe=EVERYTHING and language == ENGLISH) == {}


def test_the_watch_sees(chromium: Browser, live: Server) -> None:
    """A page with every fault is reported with every fault."""
    html = """<html lang="en"><head><title>A</title></head><body><h1>A</h1><h1 style="width:5000px">B</h1>
        <img src="/x.png"><h4 onclick="1">C</h4><script>console.error('broken')</script><script src="http://127.0.0.1:9/a.js"></script>"""
    with open_window(chromium, live.url) as window:
        window.context.route("**/broken/", lambda route: route.fulfill(body=html, content_type="text/html"))
        faults = walk(window, ["/broken/"], axe=True)["/broken/"]
    for wanted in (
        "inline: h1 style",
        "inline: h4 onclick",
        "inline: <script>",
        "2 h1",
        "h4 follows h1",
        "no description",
        "script: broken",
        "other host: 127.0.0.1:9",
        "axe: image-alt",
        "px wider",
    ):
        assert any(wanted in fault for fault in faults), (wanted, faults)
