"""What a first visit costs, in bytes and requests, and how the next ones cost less."""

import re
from dataclasses import dataclass

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser.windows import late, open_window, settle, shift
from tests.servers import Server

KB = 1000
GUIDE = "/guides/getting-started/"
PAGES = ["/", GUIDE, "/fr/", f"/fr{GUIDE}"]
REFERENCE = [
    "/reference/",
    "/reference/scopes/",
    "/reference/tags/records/",
    "/reference/operations/pushRecordBatch/",
    "/fr/reference/operations/resolvePatient/",
    "/reference/schemas/RecordBatch/",
]
MAXIMUM_SHIFT = 0.05
"""0.1 is what Google calls good. A line may break elsewhere when the face arrives late; no block jumps."""
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@dataclass(frozen=True)
class Transfer:
    """One answer; `size` is what came over the wire, headers too."""

    url: str
    size: int


def first_load(browser: Browser, live: Server, address: str) -> list[Transfer]:
    """Open the page with nothing cached, and return everything that was transferred."""
    with open_window(browser, live.url) as window:
        window.page.goto(address, wait_until="networkidle")
        settle(window.page)
        return transfers(window.page)


def transfers(page: Page) -> list[Transfer]:
    """Return everything that the page has loaded so far."""
    found = page.evaluate(
        """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
            .map(one => [one.name, one.transferSize])"""
    )
    return [Transfer(*one) for one in found]


def kind(transfer: Transfer) -> str:
    return transfer.url.rpartition(".")[2].partition("?")[0] if "/static/" in transfer.url else "html"


@pytest.mark.parametrize("address", PAGES)
def test_first_load(chromium: Browser, live: Server, address: str) -> None:
    found = first_load(chromium, live, address)
    assert all(transfer.size > 0 for transfer in found), found
    sizes = {name: sum(one.size for one in found if kind(one) == name) for name in {kind(one) for one in found}}
    total, face = sum(sizes.values()), sizes["woff2"]
    print(f"\n{address}: {total / KB:.1f} kB in {len(found)} requests: {sizes}")
    assert {"html", "css", "js", "woff2"} <= set(sizes)
    assert face <= 19 * KB
    assert sizes["js"] <= 6 * KB
    assert total - face <= 25 * KB
    assert total <= 45 * KB
    assert len(found) <= 8


@pytest.mark.parametrize("address", REFERENCE)
def test_first_load_of_the_reference(chromium: Browser, live: Server, address: str) -> None:
    found = first_load(chromium, live, address)
    assert all(transfer.size > 0 for transfer in found), found
    total = sum(one.size for one in found)
    print(f"\n{address}: {total / KB:.1f} kB in {len(found)} requests")
    assert sum(one.size for one in found if kind(one) == "js") <= 6 * KB
    assert total <= 60 * KB


@pytest.mark.parametrize("page", ["/reference", "/console"])
@pytest.mark.parametrize("operation", ["resolvePatient", "pushRecordBatch"])
def test_scripts_until_the_console_can_be_used(chromium: Browser, live: Server, page: str, operation: str) -> None:
    """On a page of the reference that is from the first byte until "Try it" has brought the form."""
    with open_window(chromium, live.url) as window:
        window.page.goto(f"{page}/operations/{operation}/", wait_until="networkidle")
        if page == "/reference":
            window.page.get_by_role("button", name="Try it").click()
        expect(window.page.locator("request-form")).to_be_visible()
        window.page.wait_for_load_state("networkidle")
        scripts = [one for one in transfers(window.page) if kind(one) == "js"]
    assert all(script.size > 0 for script in scripts), scripts
    total = sum(script.size for script in scripts)
    print(f"\n{page}/operations/{operation}/: {total / KB:.1f} kB of scripts in {len(scripts)} requests")
    assert total <= 30 * KB
    assert len(scripts) <= 15


@pytest.mark.parametrize("address", [*PAGES, *REFERENCE[:3], "/errors/", "/styleguide/", f"{GUIDE[:-1]}.md"])
def test_pages_are_compressed_and_revalidated(live: Server, address: str) -> None:
    first = requests.get(live.url + address, headers={"Accept-Encoding": "gzip"}, timeout=60)
    assert first.status_code == 200
    assert first.headers["Content-Encoding"] == "gzip"
    assert re.fullmatch(r"public, max-age=\d+", first.headers["Cache-Control"])
    assert first.headers["Vary"] == "Accept-Encoding"
    assert not first.cookies
    conditions = {"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    again = requests.get(live.url + address, headers=conditions, timeout=60)
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    plain = requests.get(live.url + address, headers={"Accept-Encoding": "identity"}, timeout=60)
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["ETag"] != first.headers["ETag"]
    assert plain.content == first.content


@pytest.mark.parametrize("address", PAGES)
def test_static_files_are_immutable(live: Server, address: str) -> None:
    assets = set(ASSET.findall(requests.get(live.url + address, timeout=60).text))
    assert {asset.rpartition(".")[2] for asset in assets} >= {"css", "js", "woff2", "svg"}
    for asset in assets:
        answer = requests.get(live.url + asset, headers={"Accept-Encoding": "gzip"}, timeout=60)
        assert answer.status_code == 200, asset
        assert "immutable" in answer.headers["Cache-Control"], asset
        assert "public" in answer.headers["Cache-Control"], asset
        if asset.endswith((".css", ".js")):
            assert answer.headers["Content-Encoding"] == "gzip", asset


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("address", ["/", GUIDE, "/errors/", "/styleguide/", "/reference/operations/pushEncounter/"])
def test_nothing_moves_while_a_slow_network_delivers(chromium: Browser, live: Server, address: str, width: int) -> None:
    """The face and the module arrive long after the text has been painted, in whatever face this machine has."""
    with open_window(chromium, live.url, width=width) as window:
        page = window.page
        page.route("**/*.woff2", late(page, 400))
        page.route("**/code-group*.js", late(page, 200))
        page.goto(address, wait_until="networkidle")
        settle(page)
        assert page.evaluate("document.fonts.check('16px \"Atkinson Hyperlegible Next\"')")
        assert shift(page) < MAXIMUM_SHIFT
