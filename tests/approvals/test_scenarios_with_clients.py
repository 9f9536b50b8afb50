"""Programs as developers write them, in front of a server of its own, do every scenario; careless ones do not."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from portal.accounts.published import OWNER
from portal.approvals.scenarios.catalogue import SCENARIOS
from tests.browser.sessions import shell
from tests.connect.pushing import encounter, hospital
from tests.servers import Server, running

APP = """
from portal.accounts.models import Organisation
from portal.applications import actions
from portal.audit.actions import Actor
organisation = Organisation.objects.get(name={organisation!r})
application, client, secret = actions.start_application(
    by=Actor.operator("test"), organisation=organisation, name="Scenarios"
)
print("\\n" + " ".join([application.public_id, client.client_id, secret]))
"""
START = """
import json
from portal.applications.models import Application
from portal.approvals.scenarios import actions
from portal.approvals.scenarios.catalogue import SCENARIOS
from portal.audit.actions import Actor
application = Application.objects.get(public_id={application!r})
run = actions.start_scenario(
    by=Actor.operator("test"), application=application, scenario=SCENARIOS[{key!r}], user=None
)
print("\\n" + json.dumps([run.public_id, dict(SCENARIOS[{key!r}].values(run))]))
"""
OUTCOME = """
import json
from portal.approvals.scenarios import actions
from portal.approvals.scenarios.models import ScenarioRun
run = ScenarioRun.objects.select_related("application").get(public_id={run!r})
actions.look(run)
if run.state == "running":
    actions.cancel_scenario(by=actions.JUDGE, run=run)
print("\\n" + json.dumps([run.state, run.reason]))
"""


@dataclass
class Program:
    """A developer's program: it keeps its token, and obeys Retry-After, unless it was written in a hurry."""

    server: Server
    application: str
    client_id: str
    secret: str
    patient: bool = True
    token: str = ""

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        if not self.token:
            asked = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret}
            answer = requests.post(f"{self.server.base_url}/connect/auth/token", json=asked, timeout=20)
            self.token = answer.json()["access_token"]
        headers = {"Authorization": f"Bearer {self.token}"}
        while True:
            url = f"{self.server.base_url}/connect/{path}"
            answer = requests.request(method, url, json=body, headers=headers, timeout=20)
            if answer.status_code != 429:
                return answer
            time.sleep(int(answer.headers["Retry-After"]) if self.patient else 0)
            self.patient = True  # the impatient one stops hammering after the first time

    def resolve(self, person: dict[str, Any], **more: Any) -> requests.Response:
        return self.call("POST", "patients/resolve", {**person, **more})

    def push(self, **changes: Any) -> requests.Response:
        return self.call("POST", "records/encounters", encounter(**changes))

    def read(self, health_id: str) -> requests.Response:
        return self.call("GET", f"patients/{health_id}")

    def sync(self, as_of: str, **changes: Any) -> requests.Response:
        return self.call("PUT", "facilities/NG-LOS-H1", hospital(as_of=as_of, **changes))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("scenarios")) as one:
        yield one


@pytest.fixture
def program(server: Server) -> Program:
    application, client_id, secret = shell(server, APP, organisation=OWNER.organisation).split()
    return Program(server, application, client_id, secret)


def tried(program: Program, key: str, act: Callable[[Program, dict[str, Any]], object]) -> list[str]:
    """Start a run, let the program do something, and return what the run came to."""
    run, values = json.loads(shell(program.server, START, application=program.application, key=key))
    if SCENARIOS[key].rehearses:
        time.sleep(2)  # as the page says: so long until every process knows
    act(program, values)
    outcome: list[str] = json.loads(shell(program.server, OUTCOME, run=run))
    return outcome


def admit(program: Program, person: dict[str, Any]) -> None:
    """Do what a good hospital information system does at a desk."""
    answer = program.resolve(person)
    if answer.status_code == 409:
        answer = program.resolve(person, phone="+2348030000001")
    program.push(health_id=answer.json()["health_id"], source_id=person["local_number"])


def admit_without_waiting(program: Program, person: dict[str, Any]) -> None:
    answer = program.resolve(person)
    if answer.status_code == 409:
        answer = program.resolve(person, on_ambiguous="provisional")
    program.push(health_id=answer.json()["health_id"], source_id=person["local_number"])


def admit_twice(program: Program, person: dict[str, Any]) -> None:
    admit(program, person)
    admit(program, {**person, "local_number": f"{person['local_number']}-2"})


def follow(program: Program, person: dict[str, Any]) -> None:
    known = "OPC-2024-DEMO12"
    for _visit in range(2):
        known = program.read(known).json()["health_id"]


def mend(program: Program, _values: dict[str, Any]) -> None:
    period = {"start": "2026-01-05T10:00:00Z", "end": "2026-01-05T09:00:00Z"}
    refused = program.push(period=period)
    assert refused.json()["errors"][0]["pointer"] == "/period/end"
    program.push(period={**period, "end": "2026-01-05T11:00:00Z"})


def keep_up(program: Program, _values: dict[str, Any]) -> None:
    program.sync("2026-01-05T07:30:00Z")
    program.sync("2026-01-05T08:30:00Z", stock=[])
    program.call("GET", "pharmacy/stock?facility=NG-LOS-H1")


def work(program: Program, _values: dict[str, Any]) -> None:
    for _ in range(3):
        program.read("OPC-2024-DEMO1")


@pytest.mark.parametrize(
    ("key", "act"),
    [
        pytest.param("no-match-creates", admit, id="no-match"),
        pytest.param("duplicate-matches", admit_twice, id="duplicate"),
        pytest.param("ambiguous-is-not-guessed", admit, id="ambiguous-more"),
        pytest.param("ambiguous-is-not-guessed", admit_without_waiting, id="ambiguous-provisional"),
        pytest.param("merged-patient-followed", follow, id="merged"),
        pytest.param("push-refused-and-mended", mend, id="mended"),
        pytest.param("429-backed-off", work, id="back-off"),
        pytest.param("facility-updated", keep_up, id="facility"),
    ],
)
def test_a_good_program_passes(program: Program, key: str, act: Callable[[Program, dict[str, Any]], object]) -> None:
    assert tried(program, key, act) == ["passed", ""]


def test_again_and_again_without_a_reset(program: Program) -> None:
    for _ in range(3):
        assert tried(program, "no-match-creates", admit) == ["passed", ""]
        assert tried(program, "ambiguous-is-not-guessed", admit) == ["passed", ""]
        assert tried(program, "ambiguous-is-not-guessed", admit_without_waiting) == ["passed", ""]


def test_an_impatient_program_fails(program: Program) -> None:
    program.patient = False
    assert tried(program, "429-backed-off", work) == ["failed", "too_early"]


def test_a_program_that_sends_the_same_again_fails(program: Program) -> None:
    def insist(program: Program, person: dict[str, Any]) -> None:
        for _ in range(2):
            assert program.resolve(person).status_code == 409

    assert tried(program, "ambiguous-is-not-guessed", insist) == ["failed", "repeated"]


def test_a_program_that_takes_the_candidate_fails(program: Program) -> None:
    def guess(program: Program, person: dict[str, Any]) -> None:
        [candidate] = program.resolve(person).json()["candidates"]
        assert program.push(health_id=candidate["health_id"]).status_code == 201

    assert tried(program, "ambiguous-is-not-guessed", guess) == ["failed", "guessed"]


def test_a_program_that_keeps_the_old_health_id_fails(program: Program) -> None:
    def stay(program: Program, _person: dict[str, Any]) -> None:
        for _ in range(2):
            program.read("OPC-2024-DEMO12")

    assert tried(program, "merged-patient-followed", stay) == ["failed", "old_again"]
