"""Two server processes: whatever changes about a grant holds in both within two seconds."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests.applications.test_end_of_access import ALLOWED_DELAY
from tests.connect.pushing import encounter
from tests.servers import Server, free_port, running, serving

VERBS = """
import json, time
from django.utils import timezone
from portal.accounts import actions as accounts
from portal.accounts.models import User
from portal.applications import actions as applications
from portal.applications.models import Client
from portal.approvals import actions, reviewing
from portal.approvals.grants import deadlines, operating
from portal.approvals.grants.agreement import accept_agreement
from portal.approvals.grants.opening import open_grant
from portal.approvals.models import Grant, Reviewer
from portal.approvals.reviewing import Terms
from tests.approvals.requests import ANSWERS, BY_DEVELOPER, BY_REVIEWER
from tests.cast import BY_TEST

def grant(application, rita, **terms):
    request = actions.start_request(by=BY_DEVELOPER, application=application, user=None)
    actions.save_request(by=BY_DEVELOPER, request=request, answers=ANSWERS, scopes=dict.fromkeys(SCOPES, "Needed."))
    actions.submit(by=BY_DEVELOPER, request=request, user=None)
    reviewing.claim(by=BY_REVIEWER, request=request, reviewer=rita)
    reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita, terms=Terms(**terms))
    return Grant.objects.select_related("client").get(request=request)

SCOPES = ["encounter:push", "lab:push"]
NAMES = ["scopes", "facilities", "suspended", "ended", "untouched"]
"""
CREATE = (
    VERBS
    + """
owner, rita = (User.objects.create(email=f"{who}@reach.example", name=who) for who in ("ada", "rita"))
Reviewer.objects.create(user=rita, added_by="test")
organisation = accounts.create_organisation(by=BY_TEST, owner=owner, name="Reach", country="KE", kind="hospital")
accept_agreement(by=BY_DEVELOPER, organisation=organisation, user=owner)
made = {}
for name in NAMES:
    application = applications.create_application(by=BY_TEST, organisation=organisation, name=name)
    granted = grant(application, rita, facilities=["NG-LOS-H1", "NG-LOS-C9"])
    made[name] = [granted.client.client_id, open_grant(by=BY_DEVELOPER, grant=granted)]
print("\\n" + json.dumps(made))
"""
)
CHANGE = (
    VERBS
    + """
rita = User.objects.get(email="rita@reach.example")
def client(name):
    return Client.objects.select_related("application").get(application__name=name, environment="production")
def done(name):
    print(name, time.time(), flush=True)
refused = {"lab:push": "Nothing comes."}
grant(client("scopes").application, rita, refusals=refused, facilities=["NG-LOS-H1", "NG-LOS-C9"])
done("scopes")
grant(client("facilities").application, rita, facilities=["NG-LOS-H1"])
done("facilities")
operating.suspend(by=BY_REVIEWER, client=client("suspended"), reason="Leaked.")
done("suspended")
Grant.objects.filter(client=client("ended")).update(ends_on=timezone.now().date())
deadlines.keep_deadlines()
done("ended")
"""
)
AFTER = {
    "scopes": (403, "insufficient_scope"),
    "facilities": (403, "facility_not_granted"),
    "suspended": (401, "token_invalid"),
    "ended": (401, "token_invalid"),
}
"""What each is answered in the end. Before that, and where nothing is changed, it gets past all of these."""


@dataclass
class Load:
    """A thread that sends with one token to one server, and what it was answered."""

    server: Server
    name: str
    token: str
    answers: list[tuple[float, tuple[int, str]]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Send results that are incomplete, or a visit to somebody whom nobody knows, until stopped."""
        path, body = "records/lab-results", {}
        if self.name == "facilities":
            path, body = "records/encounters", encounter(facility_code="NG-LOS-C9")
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {self.token}"
            while not self.stopped.is_set():
                sent = time.time()
                answer = session.post(f"{self.server.url}/v1/connect/{path}", json=body, timeout=60)
                self.answers.append((sent, (answer.status_code, answer.json()["code"])))
                self.stopped.wait(0.05)


@pytest.fixture(params=["sqlite", "postgresql"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Run two servers over one database; both issue tokens in the name of the first."""
    variables = {}
    if request.param == "postgresql":
        variables["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    with (
        running(tmp_path, PUBLIC_URL="http://localhost:8000", **variables) as first,
        serving({**first.environment, "PORT": str(free_port())}) as second,
    ):
        yield first, second


def token_of(server: Server, client_id: str, secret: str) -> str:
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = requests.post(f"{server.url}/v1/connect/auth/token", json=asked, timeout=60)
    return str(answer.json()["access_token"])


def test_both_processes_follow_a_grant_within_two_seconds(servers: tuple[Server, Server]) -> None:
    first, _second = servers
    made = json.loads(first.manage("shell", "-v", "0", "-c", CREATE).splitlines()[-1])
    tokens = {name: token_of(first, *credentials) for name, credentials in made.items()}
    loads = [Load(server, name, token) for server in servers for name, token in tokens.items()]
    threads = [threading.Thread(target=load.run) for load in loads]
    for thread in threads:
        thread.start()
    said = first.manage("shell", "-v", "0", "-c", CHANGE).splitlines()
    changed = {name: float(at) for name, at in (line.split() for line in said if line.startswith(tuple(AFTER)))}
    time.sleep(ALLOWED_DELAY + 1.5)
    for load in loads:
        load.stopped.set()
    for thread in threads:
        thread.join()

    assert changed.keys() == AFTER.keys()
    for load in loads:
        good = {(404, "not_found")} if load.name == "facilities" else {(422, "invalid_body")}
        assert load.answers[0][1] in good, load.name
        assert {answer for _sent, answer in load.answers} <= good | {AFTER.get(load.name, load.answers[0][1])}
        late = [answer for sent, answer in load.answers if sent > changed.get(load.name, 0) + ALLOWED_DELAY]
        assert late, load.name
        assert set(late) == ({AFTER[load.name]} if load.name in AFTER else good), load.name
