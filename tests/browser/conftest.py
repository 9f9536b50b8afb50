"""Debian's Chromium, and windows of it that note what a reader would not see."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.people import CREATE, PASSWORD, Person
from tests.browser.windows import FLAGS, TIMEOUT, Window, open_window
from tests.servers import Server, need

ENOUGH = 40


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Run the browser. Playwright's event loop runs in this thread, where Django would refuse the tests of others
    their database: so it ends with this folder's tests, not with the session."""
    path = need("chromium", "chromium")
    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser, live: Server) -> Iterator[Window]:
    """Return a new window on a wide screen, with nothing remembered; no script may have failed in it at the end."""
    with open_window(chromium, live.url) as opened:
        yield opened
        assert opened.faults() == []


@pytest.fixture
def phone(chromium: Browser, live: Server) -> Iterator[Window]:
    """Return the same, 390 pixels wide."""
    with open_window(chromium, live.url, width=390) as opened:
        yield opened
        assert opened.faults() == []


@pytest.fixture
def context(window: Window) -> BrowserContext:
    """Return what the window's tabs share."""
    return window.context


@pytest.fixture
def page(window: Window) -> Page:
    """Return the window's first tab."""
    return window.page


@pytest.fixture(scope="package")
def addresses(live: Server) -> Iterator[str]:
    """Yield addresses of accounts with a password and nothing else."""
    live.manage("shell", "-v", "0", "-c", CREATE.format(number=ENOUGH, password=PASSWORD))
    return (f"grace.{number}@example.org" for number in range(ENOUGH))


@pytest.fixture
def grace(window: Window, addresses: Iterator[str]) -> Person:
    """Return somebody new."""
    return Person(next(addresses), window)
