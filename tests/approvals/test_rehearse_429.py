"""The 429 of a scenario: to whom it is answered, when, and that nobody else notices."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.applications.clients import clients
from portal.applications.feed import feed
from portal.applications.models import Client as OAuthClient
from portal.applications.published import SANDBOX_CLIENT
from portal.applications.rehearsals import begin_rehearsal
from portal.approvals.moving import NotAllowedError
from portal.approvals.scenarios import actions
from portal.approvals.scenarios.catalogue import SCENARIOS
from portal.approvals.scenarios.models import ScenarioRun
from portal.audit.models import ApiCall
from portal.connect.rehearsing import RETRY_AFTER
from tests.callers import bearer
from tests.cast import BY_TEST, Cast
from tests.connect.pushing import Pusher
from tests.console import test_token as console

BACK_OFF = SCENARIOS["429-backed-off"]
PATIENT = "/api/v1/connect/patients/OPC-2024-DEMO1"


@pytest.fixture
def caller(cast: Cast, api: Client) -> dict[str, str]:
    return dict(bearer(api, client_id=cast.sandbox_client.client_id, client_secret=cast.secret)["headers"])


@pytest.fixture
def run(cast: Cast, caller: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> ScenarioRun:
    monkeypatch.setattr("portal.applications.feed.INTERVAL", 0)  # other processes ask once a second
    run = actions.start_scenario(by=BY_TEST, application=cast.application, scenario=BACK_OFF, user=None)
    feed.catch_up()
    return run


def read(api: Client, headers: dict[str, str]) -> Any:
    return api.get(PATIENT, headers=headers)


def pass_by(seconds: float) -> None:
    """Let everything have been so much earlier."""
    back = timedelta(seconds=seconds)
    QuerySet(ApiCall).update(at=F("at") - back)
    ScenarioRun.objects.update(started_at=F("started_at") - back, ends_at=F("ends_at") - back)
    OAuthClient.objects.exclude(rehearses_since=None).update(rehearses_since=F("rehearses_since") - back)
    clients.reset()


def ended(run: ScenarioRun) -> tuple[str, str]:
    actions.look(ScenarioRun.objects.get(pk=run.pk))
    run.refresh_from_db()
    return run.state, run.reason


def test_the_second_call_is_refused_as_by_the_real_limit(api: Client, caller: dict[str, str], run: ScenarioRun) -> None:
    assert read(api, caller).status_code == 200
    refused = read(api, caller)
    body = refused.json()
    assert (refused.status_code, body["code"], body["violated-policies"]) == (429, "rate_limited", ["client"])
    assert refused["Retry-After"] == str(int(RETRY_AFTER.total_seconds()))
    assert refused["RateLimit"].startswith('"client";r=0;t=5')
    row = ApiCall.objects.get(status=429)
    assert (row.error_code, row.outcome, row.operation) == ("rehearsed_refusal", "denied", "getPatient")


def test_who_waits_gets_through_and_passes(api: Client, caller: dict[str, str], run: ScenarioRun) -> None:
    assert [read(api, caller).status_code for _ in range(2)] == [200, 429]
    pass_by(5.5)
    assert read(api, caller).status_code == 200
    assert ended(run) == ("passed", "")
    assert [step["key"] for step in run.steps] == ["refused", "came_back"]
    client = run.application.clients.get()
    assert (client.rehearses_since, client.rehearses_until) == (None, None)


def test_who_does_not_wait_is_refused_again_and_fails(api: Client, caller: dict[str, str], run: ScenarioRun) -> None:
    assert [read(api, caller).status_code for _ in range(3)] == [200, 429, 429]
    assert ended(run) == ("failed", "too_early")
    assert read(api, caller).status_code == 200


def test_less_is_left_to_wait_as_time_goes_by(api: Client, caller: dict[str, str], run: ScenarioRun) -> None:
    assert [read(api, caller).status_code for _ in range(2)] == [200, 429]
    pass_by(2.5)
    assert read(api, caller)["Retry-After"] == "3"


def test_a_header_that_asks_for_429_is_no_proof(api: Client, caller: dict[str, str], run: ScenarioRun) -> None:
    assert read(api, {**caller, "Sandbox-Fault": "status=429"}).status_code == 429
    assert ended(run) == ("running", "")
    assert run.steps == []


def test_other_clients_notice_nothing(cast: Cast, api: Client, caller: dict[str, str], run: ScenarioRun) -> None:
    others = (Pusher(api).token, bearer(api)["headers"])
    member = {"Authorization": f"Bearer {console.token_of(cast)}"}
    url = "/api/v1/connect/patient/search?health_id=OPC-2024-DEMO1"
    for headers in (*others, member):
        assert [api.get(url, headers=headers).status_code for _ in range(4)] == [200] * 4
    assert [read(api, caller).status_code for _ in range(2)] == [200, 429]  # what a member ran has not counted
    assert api.get(url, headers=member).status_code == 200


def test_production_is_closed_to_it(cast: Cast, api: Client) -> None:
    production = Pusher(api, "production")
    span = {"since": timezone.now(), "until": timezone.now() + timedelta(minutes=1)}
    begin_rehearsal(client=production.client, **span)
    assert production.client.rehearses_since is None
    client = production.client
    client.rehearses_since, client.rehearses_until = span["since"], span["until"]
    with pytest.raises(IntegrityError), transaction.atomic():
        client.save()


def test_without_a_scenario_nothing_is_asked(api: Client, caller: dict[str, str]) -> None:
    read(api, caller)
    with CaptureQueriesContext(connection) as queries:
        assert read(api, caller).status_code == 200
    assert not [query for query in queries if "SELECT" in query["sql"] and "audit_apicall" in query["sql"]]


@pytest.mark.parametrize("end", ["cancelled", "over"])
def test_after_the_end_all_calls_pass(api: Client, caller: dict[str, str], run: ScenarioRun, end: str) -> None:
    if end == "cancelled":
        actions.cancel_scenario(by=BY_TEST, run=run)
    else:
        since = timezone.now() - timedelta(hours=1)
        begin_rehearsal(client=run.application.clients.get(), since=since, until=since + timedelta(minutes=30))
    feed.catch_up()
    assert [read(api, caller).status_code for _ in range(4)] == [200] * 4


def test_the_client_that_everybody_knows_cannot_be_tried(cast: Cast, api: Client) -> None:
    published = OAuthClient.objects.get(client_id=SANDBOX_CLIENT.client_id).application
    with pytest.raises(NotAllowedError, match="Everybody calls with the client of this app"):
        actions.start_scenario(by=BY_TEST, application=published, scenario=BACK_OFF, user=None)


def test_a_batch_is_refused_as_a_whole_and_comes_back(cast: Cast, api: Client, caller: dict[str, str]) -> None:
    def resolve() -> int:
        person = {"source": "his", "local_number": "B1", "given_name": "Kwabena", "family_name": "Mensah",
                  "sex": "male", "birth_date": "1978-11-03"}  # fmt: skip
        body = {"items": [person, {**person, "local_number": "B2"}]}
        url = "/api/v1/connect/patients/resolve/batch"
        return int(api.post(url, body, "application/json", headers=caller).status_code)

    run = actions.start_scenario(by=BY_TEST, application=cast.application, scenario=BACK_OFF, user=None)
    feed.reset()
    feed.catch_up()
    assert (resolve(), resolve()) == (200, 429)
    pass_by(6)
    assert resolve() == 200
    assert ended(run) == ("passed", "")
