"""From the sandbox to production, as both sides go: a browser for each, a program that calls, and the mails."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from portal.accounts.published import PASSWORD, REVIEWER, SECOND_REVIEWER
from portal.applications.secrets import PATTERN
from tests import mailbox
from tests.approvals.test_scenarios_with_clients import Program, admit
from tests.browser.sessions import shell
from tests.browser.test_scenarios import person_on, start
from tests.browser.windows import Window, open_window
from tests.mailbox import Letter
from tests.servers import PROJECT, Server, running

pytestmark = pytest.mark.xdist_group("journey")  # it has a server of its own, as the other journey
OWNER, DEVELOPER = "lea@kilima.example", "dan@kilima.example"
RITA, SIPHO = REVIEWER.email, SECOND_REVIEWER.email
APP = """
from allauth.account.models import EmailAddress
from django.conf import settings
from portal.accounts import actions as accounts
from portal.accounts.models import Role, TermsAcceptance, User
from portal.applications import actions
from portal.audit.actions import Actor
by = Actor.operator("test")
people = []
for email, name in (({owner!r}, "Lea Njeri"), ({developer!r}, "Dan Kiprop")):
    user = User.objects.create_user(email, {password!r}, name=name)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    TermsAcceptance.objects.create(user=user, version=settings.TERMS_VERSION)
    people.append(user)
lea, dan = people
organisation = accounts.create_organisation(by=by, owner=lea, name="Kilima Clinics", country="KE", kind="hospital")
accounts.add_member(by=by, organisation=organisation, user=dan, role=Role.DEVELOPER)
application, client, secret = actions.start_application(by=by, organisation=organisation, name="Kilima HIS")
print("\\n" + " ".join([application.public_id, client.client_id, secret]))
"""
AN_HOUR_LATER = """
from importlib import import_module
from django.conf import settings
session = import_module(settings.SESSION_ENGINE).SessionStore(session_key={key!r})
session["account_authentication_methods"] = [
    {{**each, "at": each["at"] - 3600}} for each in session["account_authentication_methods"]
]
session.save()
"""
REASONS = {
    "health_id:verify": "Reception finds who comes in.",
    "patient:read": "Doctors read the history.",
    "encounter:push": "Visits, as they end.",
    "lab:push": "Results, as they are signed.",
    "prescription:push": "What doctors prescribe.",
    "facility:sync": "Our wards, once an hour.",
}
SIXTH = "facility:sync"
GRANTED = [name for name in REASONS if name != SIXTH]
SECTIONS: dict[str, dict[str, str]] = {
    "care": {
        "Facilities you act for": "NG-LOS-H1 Marina General",
        "What lets you act for them": "We run it.",
        "Calls you expect on a busy day": "fewer than 1,000",
    },
    "data": {
        "Data you keep": "Health IDs, for as long as the record.",
        "Where it is stored": "A server room",
        "Does it leave the country of the facilities?": "No",
        "Privacy policy": "https://kilima.example/privacy",
    },
    "security": {
        "Where client secrets are kept": "In the vault of the hospital.",
        "What happens after a breach": "The duty officer decides; OpesCare is told within 4 hours.",
        "Security contact": "security@kilima.example",
    },
}
WITHIN = 60
"""Seconds until something is taken for lost."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a demo with a worker, so that mails are delivered and the probe is made."""
    with running(tmp_path_factory.mktemp("production")) as started:
        command = [sys.executable, "manage.py", "worker"]
        worker = subprocess.Popen(command, cwd=PROJECT, env=started.environment, stdout=subprocess.DEVNULL)
        yield started
        worker.terminate()
        worker.wait(30)


@pytest.fixture
def program(server: Server) -> Program:
    """Return the developers' own program, with the app's sandbox credentials."""
    made = shell(server, APP, owner=OWNER, developer=DEVELOPER, password=PASSWORD)
    application, client_id, secret = made.split()
    return Program(server, application, client_id, secret)


class Post:
    """The mails, each read once. Those of one second lie in no order."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.read: set[str] = set()

    def next(self, to: str, subject: str, *words: str) -> Letter:
        """Wait for a mail to this address with this subject; it must hold these words and nothing secret."""
        deadline = time.monotonic() + WITHIN
        while not (found := [one for one in self.unread(to) if one.subject == subject]):
            assert time.monotonic() < deadline, f"no mail “{subject}” to {to}, but {self.unread(to)}"
            time.sleep(0.1)
        letter = found[0]
        self.read.add(letter.headers["Message-ID"])
        assert [word for word in words if word not in letter.text] == [], letter.text
        assert not PATTERN.search(letter.text)
        return letter

    def unread(self, to: str) -> list[Letter]:
        """Return the mails to this address about the app of this test."""
        found = [one for one in mailbox.delivered(self.server, to) if "Kilima" in one.subject]
        return [one for one in found if one.headers["Message-ID"] not in self.read]


def enter(window: Window, email: str, path: str) -> Page:
    """Sign in, and come to a page."""
    page = window.page
    page.goto(f"/accounts/login/?next={path}")
    page.get_by_label("Email").first.fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{path}")
    return page


def link(letter: Letter) -> str:
    """Return the page that a mail leads to."""
    found = re.search(r"^http://localhost:\d+(/\S+)", letter.text, re.MULTILINE)
    assert found, letter.text
    return found[1]


def fill_in(page: Page) -> None:
    """Ask for the six scopes, and answer the questionnaire page by page."""
    for name, reason in REASONS.items():
        row = page.locator(f"#scope-{name.replace(':', '-')}")
        row.get_by_role("checkbox").check()
        row.get_by_label("Why your app needs it").fill(reason)
    for answers in SECTIONS.values():
        page.get_by_role("button", name="Save and go on").click()
        for label, answer in answers.items():
            if answer in ("fewer than 1,000", "No"):
                page.get_by_role("radio", name=answer, exact=True).check()
            else:
                page.get_by_role("textbox", name=label, exact=True).fill(answer)
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_text("Everything is filled in.")).to_be_visible()


def call(server: Server, path: str, body: dict[str, Any], token: str = "") -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.post(f"{server.url}/v1/connect/{path}", json=body, headers=headers, timeout=60)


def test_from_the_sandbox_to_production(chromium: Browser, server: Server, program: Program) -> None:
    home, post = f"/applications/{program.application}/production/", Post(server)
    with ExitStack() as windows:
        dan, lea, rita, sipho = (windows.enter_context(open_window(chromium, server.url)) for _ in range(4))
        page = enter(dan, DEVELOPER, home)
        asks(page, home)
        tries(page, home, program)
        page.goto(home)
        page.get_by_role("link", name="Read it as reviewers will").click()
        page.get_by_role("button", name="Submit", exact=True).click()
        expect(page.get_by_text("in the queue since")).to_be_visible()
        for to in (DEVELOPER, OWNER):
            letter = post.next(to, "Kilima HIS: the request for production access is submitted", "Dan Kiprop")
            assert link(letter) == home
        for to in (RITA, SIPHO):
            asked = post.next(to, "Kilima HIS of Kilima Clinics asks for production access", "5 days")

        desk = enter(rita, RITA, link(asked))
        asks_about_one_answer(desk, post, home)
        answers(page, home, post)
        proposes(desk, post)
        agrees(enter(sipho, SIPHO, link(asked)), post, home)

        accepts(enter(lea, OWNER, f"{home}grant/"), post)
        client_id, secret = opens(dan, server, home, post)
        expect(page.get_by_text("this access works")).to_be_visible(timeout=WITHIN * 1000)
        for to in (DEVELOPER, OWNER):
            post.next(to, "Kilima HIS has production access", "The probe went well", f"{home}grant/")
        post.next(RITA, "Kilima HIS of Kilima Clinics has production access", link(asked))
        calls_production(server, client_id, secret, home)
        assert [one.subject for to in (DEVELOPER, OWNER, RITA, SIPHO) for one in post.unread(to)] == []
        assert [fault for window in (dan, lea, rita, sipho) for fault in window.faults()] == []


def asks(page: Page, home: str) -> None:
    page.get_by_role("button", name="Ask for production").click()
    fill_in(page)
    page.goto(f"{home}evidence/")
    expect(page.locator("#scope-health_idverify")).to_contain_text("0 of")
    expect(page.locator("#scenarios")).to_contain_text("0 of 7")


def tries(page: Page, home: str, program: Program) -> None:
    """Run a scenario with a real client, which is evidence from then on."""
    start(page, program, "No match: a Health ID is made")
    admit(program, person_on(page))
    expect(page.locator(".run-state")).to_have_text("Passed", timeout=WITHIN * 1000)
    page.goto(f"{home}evidence/")
    expect(page.locator("#scenarios")).to_contain_text("1 of 7")
    expect(page.locator("#scope-health_idverify")).to_contain_text("last seen")


def asks_about_one_answer(desk: Page, post: Post, home: str) -> None:
    """Claim, and ask the developers where it is stored."""
    desk.get_by_role("button", name="Claim").click()
    answer = desk.locator("#answer-storage")
    answer.get_by_text("Ask about this").click()
    answer.get_by_role("textbox").fill("In which country?")
    answer.get_by_role("button", name="Ask", exact=True).click()
    expect(answer).to_contain_text("question, waits for its answer")
    for to in (DEVELOPER, OWNER):
        post.next(to, "Kilima HIS: your request for production access is in review", "Rita Mwangi of OpesCare")
        subject = "Kilima HIS: a question about your request for production access"
        post.next(to, subject, "“Where it is stored”", "> In which country?", home)


def answers(page: Page, home: str, post: Post) -> None:
    page.goto(home)
    page.get_by_role("link", name="Questions and messages").click()
    talk = page.get_by_role("region", name="Where it is stored")
    talk.get_by_role("textbox").fill("In Kenya, in Nakuru.")
    talk.get_by_role("button", name="Answer", exact=True).click()
    expect(talk).to_contain_text("question, answered")
    letter = post.next(RITA, "Kilima HIS of Kilima Clinics answered your question", "“Where it is stored”")
    assert "Nakuru" not in letter.text, "what developers write stays on the page"


def proposes(desk: Page, post: Post) -> None:
    """Grant five, with a reason for the sixth."""
    desk.reload()
    expect(desk.locator("#answer-storage")).to_contain_text("In Kenya, in Nakuru.")
    for name in REASONS:
        desk.get_by_role("checkbox", name=name, exact=True).set_checked(name != SIXTH)
    desk.get_by_label(f"Why {SIXTH} is not granted").fill("Nothing was synchronised in the sandbox.")
    desk.get_by_role("button", name="Approve 5 scopes").click()
    expect(desk.get_by_text("A second reviewer must agree.")).to_be_visible()
    post.next(SIPHO, "Kilima HIS of Kilima Clinics waits for a second reviewer", "Rita Mwangi of OpesCare")


def agrees(desk: Page, post: Post, home: str) -> None:
    expect(desk.get_by_text("Nothing was synchronised in the sandbox.")).to_be_visible()
    desk.get_by_role("button", name="Agree, and approve it").click()
    expect(desk.get_by_role("heading", name="Approved in part")).to_be_visible()
    for to in (DEVELOPER, OWNER):
        subject = "Kilima HIS: production access is approved in part"
        words = (", ".join(GRANTED), f"Not granted: {SIXTH}", "> Nothing was synchronised in the sandbox.")
        assert link(post.next(to, subject, *words)) == f"{home}grant/"
    post.next(RITA, "Kilima HIS of Kilima Clinics is approved", "Sipho Dlamini of OpesCare agreed")


def accepts(page: Page, post: Post) -> None:
    page.get_by_role("link", name="Read and accept").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Accept for the organisation").click()
    expect(page.get_by_text("Data agreement accepted")).to_be_visible()
    post.next(OWNER, "Kilima Clinics has accepted the data agreement", "Lea Njeri")


def opens(window: Window, server: Server, home: str, post: Post) -> tuple[str, str]:
    """Make the secret, after the password was asked for again, and go to the page that says how the probe goes."""
    page = window.page
    [session] = [cookie["value"] for cookie in window.context.cookies() if cookie["name"] == "session"]
    shell(server, AN_HOUR_LATER, key=session)
    page.goto(f"{home}grant/")
    page.get_by_role("link", name="Make the secret").click()
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Make the secret").click()
    expect(page.get_by_role("heading", name="The first production secret")).to_be_visible()
    [secret] = set(PATTERN.findall(page.content()))
    client_id = page.locator("dt:has-text('client_id') + dd code").inner_text()
    post.next(OWNER, "Kilima HIS has its first production secret", "Dan Kiprop", client_id)
    page.get_by_role("link", name="What was granted").click()
    return client_id, secret


def calls_production(server: Server, client_id: str, secret: str, home: str) -> None:
    """Five scopes work; the sixth is refused, with the page to ask for it."""
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = call(server, "auth/token", asked).json()
    assert set(answer["scope"].split()) == set(GRANTED)
    token = answer["access_token"]
    person = {"source": "his", "local_number": "K-1", "given_name": "Wanjiku", "family_name": "Kamau"}
    made = call(server, "patients/resolve", {**person, "sex": "female", "birth_date": "1988-02-29"}, token)
    assert made.status_code == 201, made.text
    refused = call(server, "facilities/sync", {"facilities": []}, token)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert refused.json()["request_access"] == f"{server.url}{home}"
