"""From nothing to a rotated secret, as a developer goes: Chromium, a real curl, a server and a ledger of its own."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests
from playwright.sync_api import Browser, Error, Page, expect

from portal.accounts.published import OWNER
from portal.applications.secrets import PATTERN
from tests.browser.sessions import sign_in
from tests.browser.windows import FLAGS, open_window
from tests.servers import Server, need, running

pytestmark = pytest.mark.xdist_group("journey")  # they have a server of their own
A_DAY_LATER = """
from datetime import timedelta
from django.db.models import F, QuerySet
from portal.audit.models import ApiCall
QuerySet(ApiCall).update(at=F("at") - timedelta(hours=25))
"""
WITHIN = 2.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a demo whose ledger nobody else writes to."""
    with running(tmp_path_factory.mktemp("journey")) as started:
        yield started


def clipboard(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def run(command: str) -> dict[str, str]:
    """Run the copied command in a shell and return the JSON that it prints."""
    done = subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True, text=True, timeout=60)
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def token(server: Server, client_id: str, secret: str) -> requests.Response:
    return requests.post(
        f"{server.base_url}/connect/auth/token",
        json={"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret},
        timeout=60,
    )


def patient(server: Server, access_token: str) -> int:
    answer = requests.get(
        f"{server.base_url}/connect/patient/search?health_id=OPC-2024-DEMO1",
        headers={"Authorization": f"Bearer {access_token}"},
        timeout=60,
    )
    return answer.status_code


def create(page: Page, name: str) -> None:
    """Create an app through its form."""
    page.get_by_role("link", name="New app").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("What it does").fill("Nurses look patients up.")
    page.get_by_role("button", name="Create app").click()
    expect(page.get_by_role("heading", name="Your app is ready")).to_be_visible()


@pytest.mark.timed
def test_a_secret_is_made_copied_used_rotated_and_revoked(chromium: Browser, server: Server) -> None:
    need("curl", "curl")
    with open_window(chromium, server.url) as window:
        window.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
        page = window.page
        sign_in(page, OWNER)
        create(page, "Ward tablets")

        page.locator("code-group").first.get_by_role("button", name="Copy").click()
        command = clipboard(page)
        assert command.startswith("curl ")
        page.get_by_role("button", name="Copy client_id").click()
        client_id = clipboard(page)
        page.get_by_role("button", name="Copy client_secret").click()
        old = clipboard(page)
        assert PATTERN.fullmatch(old)
        old_token = run(command)["access_token"]
        assert patient(server, old_token) == 200

        page.get_by_role("link", name="The app's credentials").click()
        expect(page.get_by_role("cell", name="just now 127.0.0.1")).to_be_visible()
        page.get_by_role("link", name=f"Rotate …{old[-4:]}").click()
        page.get_by_label("The old secret goes on working for").select_option("7 days")
        page.get_by_role("button", name="Make the new secret").click()
        expect(page.get_by_role("heading", name="The new secret")).to_be_visible()
        page.get_by_role("button", name="Copy client_secret").click()
        new = clipboard(page)
        assert new != old
        for secret in (old, new):
            assert token(server, client_id, secret).status_code == 200

        page.get_by_role("link", name="The app's credentials").click()
        expect(page.locator(".warn")).to_contain_text(f"Not safe to revoke …{old[-4:]} yet. 127.0.0.1 used it")
        server.manage("shell", "-v", "0", "-c", A_DAY_LATER)
        page.reload()
        advice = page.locator("p.good")
        expect(advice).to_contain_text(f"The old secret …{old[-4:]} was not used for 24 hours: safe to revoke.")

        advice.get_by_role("link", name="Revoke it").click()
        expect(page.locator("p.good")).to_contain_text("Not used for 24 hours: safe to revoke.")
        page.get_by_label(re.compile("Type the last four characters")).fill(old[-4:])
        page.get_by_role("button", name=f"Revoke …{old[-4:]}").click()
        revoked_at = time.monotonic()
        expect(page.locator(".messages")).to_contain_text(f"The secret …{old[-4:]} is revoked")
        while patient(server, old_token) == 200:
            assert time.monotonic() < revoked_at + WITHIN
            page.wait_for_timeout(50)
        assert token(server, client_id, old).status_code == 401
        assert token(server, client_id, new).status_code == 200
        assert window.faults() == []


def test_going_back_shows_no_secret(chromium: Browser, server: Server) -> None:
    """Neither Chromium's history, nor a page that it kept whole, nor a reload."""
    with open_window(chromium, server.url) as window:
        page = window.page
        sign_in(page, OWNER)
        create(page, "Back")
        [secret] = set(PATTERN.findall(page.content()))
        address = page.url
        page.get_by_role("link", name="Guides").click()
        expect(page).to_have_url(re.compile("/guides/"))
        page.go_back()
        expect(page).to_have_url(address)
        expect(page.get_by_role("heading", name="Sandbox client")).to_be_visible()
        assert secret not in page.content()
        page.reload()
        assert secret not in page.content()
        page.go_forward()
        page.go_back()
        assert secret not in page.content()
        assert secret not in page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state, name])")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_back_forward_cache_shows_no_secret(chromium: Browser, server: Server, scripts: bool) -> None:
    """Playwright switches that cache off; here it is on, as everywhere else."""
    keeping = chromium.browser_type.launch(
        executable_path=need("chromium", "chromium"),
        args=FLAGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    with open_window(keeping, server.url, scripts=scripts) as window:
        page = window.page
        sign_in(page, OWNER)
        create(page, "Cached")
        [secret] = set(PATTERN.findall(page.content()))
        page.get_by_role("link", name="Guides").click()
        expect(page).to_have_url(re.compile("/guides/"))
        with suppress(Error):  # without scripts Chromium asks before it sends the form again, and shows nothing
            page.go_back(wait_until="commit")
        page.wait_for_timeout(500)
        assert secret not in page.content()
        assert "/guides/" not in page.url
        if scripts:
            page.goto("/guides/getting-started/")
            page.evaluate("addEventListener('pageshow', event => { window.kept = event.persisted; })")
            page.get_by_role("link", name="Errors").first.click()
            page.go_back(wait_until="commit")
            page.wait_for_function("window.kept")  # a page that may be kept is: the cache is on
    keeping.close()


def test_reloading_the_answer_shows_no_secret(chromium: Browser, server: Server) -> None:
    with open_window(chromium, server.url) as window:
        sign_in(window.page, OWNER)
        create(window.page, "Reload")
        [secret] = set(PATTERN.findall(window.page.content()))
        window.page.reload()
        expect(window.page.get_by_role("heading", name="Sandbox client")).to_be_visible()
        assert secret not in window.page.content()


def test_without_scripts_a_second_answer_shows_no_secret(chromium: Browser, server: Server) -> None:
    """The form comes again with a reload; the answer says that its secret was made and shown."""
    with open_window(chromium, server.url, scripts=False) as window:
        page = window.page
        sign_in(page, OWNER)
        create(page, "Plain")
        [secret] = set(PATTERN.findall(page.content()))
        assert page.locator("code-group .code-panel").count() == 10
        expect(page.get_by_role("button", name="Copy")).to_have_count(0)
        page.reload()
        expect(page.get_by_role("heading", name="The secret was made and shown already")).to_be_visible()
        assert secret not in page.content()


def test_a_page_that_the_browser_keeps_whole_has_forgotten_the_secret(chromium: Browser, server: Server) -> None:
    """What Chromium's back-forward cache would bring back is the page after `pagehide`."""
    with open_window(chromium, server.url) as window:
        sign_in(window.page, OWNER)
        create(window.page, "Kept")
        [secret] = set(PATTERN.findall(window.page.content()))
        window.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
        assert secret not in window.page.content()
        expect(window.page.get_by_text("It cannot be shown again.")).to_be_visible()


def test_run_on_the_page_works_with_the_new_secret(chromium: Browser, server: Server) -> None:
    with open_window(chromium, server.url) as window:
        page = window.page
        sign_in(page, OWNER)
        create(page, "Run")
        groups = page.locator("code-group")
        expect(groups.nth(0).locator(".code-answer")).to_be_hidden()
        groups.nth(1).get_by_role("button", name="Run").click()
        expect(groups.nth(1).locator("[data-status]")).to_contain_text("200")
        expect(groups.nth(0).locator("[data-status]")).to_contain_text("200")
        assert window.faults() == []
