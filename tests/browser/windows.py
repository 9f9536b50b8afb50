"""Browser windows: a context with one page, watched for errors of scripts and requests to other hosts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Route

SWITCHED_OFF = (
    "WebUIOmniboxPopup",  # two pages behind every window's address bar, which cost more than most of our own
    "WebUIOmniboxAimPopup",
    # What Playwright switches off, because the last list stands alone:
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
FLAGS = [
    f"--disable-features={','.join(SWITCHED_OFF)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]
SHIFTS = """
window.__shift = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""
SETTLED = """async () => {
  await document.fonts.ready;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
TIMEOUT = 30_000
"""Milliseconds until something is taken for broken; a busy machine is slow."""
Theme = Literal["light", "dark"]


class Window:
    """A context and its first page. `errors` and `hosts` hold what went wrong on any of its pages."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.host = context, urlsplit(url).netloc
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", self._request)
        self.page = context.new_page()

    def faults(self) -> list[str]:
        """Return every error of a script and every other host that was asked, and forget them."""
        found = [f"script: {error}" for error in self.errors] + [f"other host: {host}" for host in sorted(self.hosts)]
        self.errors.clear()
        self.hosts.clear()
        return found

    def _console(self, message: ConsoleMessage) -> None:
        # What the network answers is a test's own business; what scripts and the security policy say is not.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.errors.append(message.text)

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme.startswith(("http", "ws")) and parts.netloc != self.host:
            self.hosts.add(parts.netloc)


@contextmanager
def open_window(
    browser: Browser, url: str, *, width: int = 1440, theme: Theme = "light", scripts: bool = True
) -> Iterator[Window]:
    """Open a window with nothing remembered, and close it in the end."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    context.set_default_timeout(TIMEOUT)
    context.add_init_script(SHIFTS)
    try:
        yield Window(context, url)
    finally:
        context.close()


def late(page: Page, milliseconds: int) -> Callable[[Route], None]:
    """Return a handler that lets a request through after a while."""

    def handle(route: Route) -> None:
        page.wait_for_timeout(milliseconds)
        route.continue_()

    return handle


def settle(page: Page) -> None:
    """Wait until the faces are there and two frames have been painted."""
    page.evaluate(SETTLED)


def overflow(page: Page) -> int:
    """Return how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def shift(page: Page) -> float:
    """Return how much the page has moved by itself since it was opened (CLS)."""
    moved: float = page.evaluate("window.__shift")
    return moved


def group(page: Page, number: int) -> Locator:
    """Return the page's code group of this number, from 0."""
    return page.locator("code-group").nth(number)


def shown(page: Page) -> list[list[str]]:
    """Return the languages whose panels can be seen, group by group."""
    languages: list[list[str]] = page.evaluate(
        """[...document.querySelectorAll('code-group')].map(group =>
            [...group.querySelectorAll('.code-panel')]
                .filter(panel => panel.checkVisibility()).map(panel => panel.dataset.code))"""
    )
    return languages
