"""From a resolve that nobody could decide to the reviewer's decision, and back, without scripts; every page of it."""

import json
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from portal.accounts.published import OWNER, STAFF, PublishedPerson
from tests.browser.sessions import sign_in
from tests.browser.test_every_page import SIZES, accessibility, appearance, walk
from tests.browser.windows import Theme, open_window
from tests.servers import Server

PREPARE = """
import json
from portal.accounts.models import Organisation
from portal.applications import actions
from portal.audit.actions import Actor
organisation = Organisation.objects.get(name="St. Raphael Health")
by = Actor.operator("test")
application, client, secret = actions.start_application(by=by, organisation=organisation, name="Twins HIS")
print(json.dumps([application.public_id, client.client_id, secret]))
"""
AWA = "OPC-2024-DEMO4"
TRIPLET = {
    "source": "his",
    "local_number": "MRN-3",
    "given_name": "Aya",
    "family_name": "N'Guessan",
    "sex": "female",
    "birth_date": "2019-09-18",
    "phone": "+2250700000004",
    "on_ambiguous": "provisional",
}


class Hospital:
    """An app that calls the API."""

    def __init__(self, server: Server) -> None:
        self.url = server.base_url
        self.application, client_id, secret = json.loads(server.manage("shell", "-v", "0", "-c", PREPARE))
        asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        token = requests.post(f"{self.url}/connect/auth/token", json=asked, timeout=60).json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def resolve(self) -> dict[str, Any]:
        """Ask for somebody who resembles the twins."""
        answer = requests.post(f"{self.url}/connect/patients/resolve", json=TRIPLET, headers=self.headers, timeout=60)
        assert answer.status_code == 201, answer.text
        resolution: dict[str, Any] = answer.json()
        return resolution

    def reads(self, health_id: str) -> str:
        """Return the Health ID that a read of this one answers with."""
        answer = requests.get(f"{self.url}/connect/patients/{health_id}", headers=self.headers, timeout=60)
        return str(answer.json()["health_id"])


@pytest.fixture
def hospital(live: Server) -> Hospital:
    return Hospital(live)


def decide(page: Page, answer: str, reason: str, sure: str) -> None:
    """Choose, say why, and confirm."""
    page.get_by_label(answer).check()
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name=sure).click()
    expect(page.get_by_role("status")).to_contain_text("Decided, and written down.")


def test_a_reviewer_merges_and_the_alias_answers_with_the_survivor_until_it_is_undone(
    chromium: Browser, live: Server, hospital: Hospital
) -> None:
    resolution = hospital.resolve()
    assert resolution["outcome"] == "provisional"
    provisional, short_id = resolution["health_id"], resolution["review_id"][:8]
    with open_window(chromium, live.url, scripts=False) as window:
        page = window.page
        sign_in(page, STAFF)
        page.goto("/review/matches/?app=Twins")
        page.get_by_role("link", name=short_id).click()
        expect(page.get_by_role("row", name="Given name Aya Awa")).to_contain_text("differs")
        decide(page, f"Merge: {AWA} stays", "the same card was shown", f"Merge into {AWA}")
        assert hospital.reads(provisional) == AWA
        page.get_by_label("Matches").select_option("decided")
        page.get_by_role("button", name="Filter").click()
        page.get_by_role("link", name=short_id).click()
        decide(page, "Undo the decision", "it was the card of her sister", "Undo the decision")
        assert hospital.reads(provisional) == provisional
        assert window.faults() == []
    log = live.log.read_text()
    assert "MRN-3" not in log
    assert provisional not in log


@pytest.mark.parametrize(("theme", "width"), SIZES)
def test_every_page_of_the_desk(chromium: Browser, live: Server, hospital: Hospital, theme: Theme, width: int) -> None:
    review = hospital.resolve()["review_id"]
    mine = f"/applications/{hospital.application}/matches/"
    pages: dict[PublishedPerson, list[str]] = {
        STAFF: ["/review/matches/", "/review/matches/?app=nobody", f"/review/matches/{review}/"],
        OWNER: [mine, f"{mine}?state=decided", f"{mine}{review}/"],
    }
    wrong: dict[str, list[str]] = {}
    for person, addresses in pages.items():
        with open_window(chromium, live.url, width=width, theme=theme) as window:
            sign_in(window.page, person)
            wrong |= walk(window, addresses, axe=True)
            window.page.get_by_label("Keep apart").check()
            window.page.get_by_label("Reason").fill("a third sister came along")
            window.page.get_by_role("button", name="Go on").click()
            expect(window.page.get_by_role("link", name="Look again")).to_be_visible()
            if faults := [*appearance(window.page), *accessibility(window.page)]:
                wrong[f"confirming, {person.name}"] = faults
    assert wrong == {}
