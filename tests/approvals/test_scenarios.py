"""Conformance scenarios: who starts a run, what its pages show, how it ends and what is kept of it."""

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.applications.actions import close_application, start_application, suspend_client
from portal.approvals.scenarios import actions
from portal.approvals.scenarios.catalogue import ALL, SCENARIOS
from portal.approvals.scenarios.models import ScenarioRun
from portal.approvals.scenarios.reading import passed
from portal.approvals.scenarios.scripts import AMINA
from portal.approvals.scenarios.tasks import judge_due
from portal.approvals.scenarios.values import AMINA_BORN, AMINA_PHONE, misheard_amina, newcomer
from portal.audit.models import ApiCall, Decision
from portal.connect.models import Dataset
from portal.connect.register import file_missing
from tests.callers import bearer
from tests.cast import BY_TEST, Cast
from tests.connect.pushing import BASE, encounter

NEW, AGAIN = "no-match-creates", "duplicate-matches"
pytestmark = pytest.mark.django_db


class Caller:
    """The program of the cast's application, through Django's test client."""

    def __init__(self, cast: Cast, api: Client) -> None:
        self.api = api
        self.headers = bearer(api, client_id=cast.sandbox_client.client_id, client_secret=cast.secret)["headers"]

    def resolve(self, person: Any, **more: Any) -> Any:
        body = {**person, **more}
        return self.api.post(f"{BASE}/patients/resolve", body, "application/json", headers=self.headers)

    def read(self, health_id: str) -> Any:
        return self.api.get(f"{BASE}/patients/{health_id}", headers=self.headers)

    def push(self, **changes: Any) -> Any:
        body = encounter(**changes)
        return self.api.post(f"{BASE}/records/encounters", body, "application/json", headers=self.headers)


@pytest.fixture
def caller(cast: Cast, api: Client) -> Caller:
    file_missing(Dataset.objects.get(kind="fixtures"))
    return Caller(cast, api)


def page(cast: Cast, key: str = NEW) -> str:
    return reverse("scenario", args=[cast.application.public_id, key])


def page_of(run: ScenarioRun) -> str:
    return reverse("scenario-run", args=[run.application.public_id, run.scenario, run.public_id])


def started(cast: Cast, key: str = NEW) -> ScenarioRun:
    answer = cast.bob.client.post(page(cast, key))
    assert answer.status_code == 302
    run: ScenarioRun = ScenarioRun.objects.filter(scenario=key).latest("number")
    assert answer["Location"] == page_of(run)
    return run


def ended(run: ScenarioRun) -> str:
    run.refresh_from_db()
    return run.state


def test_a_run_passes_while_its_page_is_looked_at(cast: Cast, caller: Caller) -> None:
    run = started(cast)
    assert "Waiting for your client" in cast.bob.client.get(page_of(run)).text
    person = newcomer(run.public_id)
    first = caller.resolve(person)
    assert first.status_code == 201
    half = cast.vera.client.get(page_of(run)).text
    assert person["family_name"] in half
    assert "1 of 2 steps done" in half
    assert ended(run) == "running"
    caller.read(first.json()["health_id"])
    whole = cast.vera.client.get(page_of(run)).text
    assert "run-state passed" in whole
    assert ended(run) == "passed"
    calls = ApiCall.objects.filter(operation__in=["resolvePatient", "getPatient"]).order_by("at")
    assert [step["request_id"] for step in run.steps] == [call.request_id for call in calls]
    assert [step["key"] for step in run.steps] == ["created", "used"]
    assert passed(cast.application.pk) == {NEW: run}
    verbs = Decision.objects.filter(object_type="ScenarioRun").order_by("id").values_list("verb", "actor_kind")
    assert list(verbs) == [("approvals.start_scenario", "user"), ("approvals.pass_scenario", "system")]


def test_the_steps_link_to_their_calls(cast: Cast, caller: Caller) -> None:
    run = started(cast)
    caller.read(caller.resolve(newcomer(run.public_id)).json()["health_id"])
    shown = cast.bob.client.get(page_of(run))
    links = [part.split('"')[0] for part in shown.text.split('href="') if "/log/" in part.split('"')[0]]
    steps = [link for link in links if not link.endswith("/log/")]
    assert len(steps) == 2
    assert all(cast.bob.client.get(link).status_code == 200 for link in steps)


def test_a_second_patient_ends_the_run_with_the_call_that_made_it(cast: Cast, caller: Caller) -> None:
    run = started(cast, AGAIN)
    person = newcomer(run.public_id)
    assert caller.resolve(person).status_code == 201
    second = caller.resolve(newcomer("somebody else"))
    assert second.status_code == 201
    shown = cast.bob.client.get(page_of(run)).text
    assert "A second Health ID was made" in shown
    assert ended(run) == "failed"
    assert run.reason == "second_patient"
    assert run.failed_by["request_id"] == second["X-Request-Id"]
    assert caller.resolve(person).status_code == 200
    cast.bob.client.get(page_of(run))
    assert ended(run) == "failed"
    assert passed(cast.application.pk) == {}


def test_the_same_person_under_another_number_is_the_same_patient(cast: Cast, caller: Caller) -> None:
    run = started(cast, AGAIN)
    person = newcomer(run.public_id)
    assert caller.resolve(person).status_code == 201
    assert caller.resolve(person, local_number="another").status_code == 200
    cast.bob.client.get(page_of(run))
    assert ended(run) == "passed"


def test_calls_from_before_the_start_after_the_end_and_of_others_do_not_count(
    cast: Cast, caller: Caller, api: Client
) -> None:
    person = newcomer("before")
    early = caller.resolve(person).json()["health_id"]
    run = started(cast)
    caller.read(early)
    other, client, secret = start_application(by=BY_TEST, organisation=cast.organisation, name="Another app")
    theirs = bearer(api, client_id=client.client_id, client_secret=secret)["headers"]
    api.post(f"{BASE}/patients/resolve", newcomer("other"), "application/json", headers=theirs)
    ours = {"application_id": run.application_id, "method": "POST", "outcome": "allowed", "duration_us": 1}
    counted = {**ours, "operation": "resolvePatient", "status": 201, "patient": "p", "environment": "sandbox"}
    for fields in (
        {"environment": "production", "at": timezone.now()},
        {"at": run.started_at - timedelta(microseconds=1)},
        {"at": run.ends_at},
        {"credential": f"user:{cast.bob.user.pk}", "at": timezone.now()},
    ):
        ApiCall.objects.create(**{**counted, **fields})
    assert "0 of 2 steps done" in cast.bob.client.get(page_of(run)).text
    ApiCall.objects.create(**counted, at=timezone.now())
    assert "1 of 2 steps done" in cast.bob.client.get(page_of(run)).text
    assert passed(other.pk) == {}


def test_one_runs_at_a_time_and_the_database_says_so(cast: Cast) -> None:
    run = started(cast)
    answer = cast.bob.client.post(page(cast), follow=True)
    assert "This scenario is running already" in answer.text
    assert ScenarioRun.objects.count() == 1
    started(cast, AGAIN)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScenarioRun.objects.create(
            application=run.application, scenario=NEW, version=1, number=2, ends_at=run.ends_at, started_by_label="x"
        )


def test_when_the_time_is_up_the_worker_judges_once_for_all(cast: Cast, caller: Caller) -> None:
    run, other = started(cast), started(cast, AGAIN)
    person = newcomer(run.public_id)
    first = caller.resolve(person)
    caller.read(first.json()["health_id"])
    judge_due(Event())
    assert (ended(run), ended(other)) == ("running", "running")
    back = timedelta(hours=1)
    ScenarioRun.objects.update(started_at=run.started_at - back, ends_at=run.ends_at - back)
    run.refresh_from_db()
    ApiCall.objects.bulk_create(  # the same calls, in time
        ApiCall(**{**row, "at": row["at"] - back})
        for row in ApiCall.objects.exclude(operation="createToken").order_by("id").values()
        if row.pop("id")
    )
    judge_due(Event())
    assert (ended(run), ended(other)) == ("passed", "failed")
    assert other.reason == "time_up"
    assert [step["key"] for step in other.steps] == ["created"]
    shown = cast.bob.client.get(page_of(other)).text
    assert "The time was up" in shown
    assert Decision.objects.filter(actor_kind="system").count() == 2
    judge_due(Event())
    assert Decision.objects.filter(actor_kind="system").count() == 2


def test_a_run_that_is_due_does_not_hold_up_the_next(cast: Cast) -> None:
    run = started(cast)
    back = timedelta(hours=1)
    ScenarioRun.objects.update(started_at=run.started_at - back, ends_at=run.ends_at - back)
    second = started(cast)
    assert (ended(run), ended(second), second.number) == ("failed", "running", 2)


def test_who_looks_at_a_run_that_somebody_has_just_judged_changes_nothing(cast: Cast, caller: Caller) -> None:
    run = started(cast)
    stale = ScenarioRun.objects.get(pk=run.pk)
    actions.cancel_scenario(by=BY_TEST, run=run)
    caller.read(caller.resolve(newcomer(run.public_id)).json()["health_id"])
    actions.look(stale)
    assert ended(run) == "cancelled"
    assert stale.state == "cancelled"
    assert run.steps == []


def test_a_run_is_cancelled_and_started_again(cast: Cast) -> None:
    run = started(cast)
    answer = cast.bob.client.post(page_of(run), follow=True)
    assert "The run is cancelled" in answer.text
    assert "Run it again" in answer.text
    assert ended(run) == "cancelled"
    assert "has ended already" in cast.bob.client.post(page_of(run), follow=True).text
    assert started(cast).number == 2


def test_viewers_see_and_builders_start(cast: Cast) -> None:
    shown = cast.vera.client.get(page(cast)).text
    assert "Start a run" not in shown
    assert cast.vera.client.post(page(cast)).status_code == 403
    run = started(cast)
    assert "Cancel the run" not in cast.vera.client.get(page_of(run)).text
    assert cast.vera.client.post(page_of(run)).status_code == 403
    assert cast.charlie.client.get(page_of(run)).status_code == 404


@pytest.mark.parametrize("why", ["closed", "suspended"])
def test_who_cannot_call_cannot_start(cast: Cast, why: str) -> None:
    if why == "closed":
        close_application(by=BY_TEST, application=cast.application)
    else:
        suspend_client(by=BY_TEST, client=cast.sandbox_client, reason="lost")
    assert "cannot call the sandbox" in cast.bob.client.post(page(cast), follow=True).text
    assert not ScenarioRun.objects.exists()


def test_the_script_of_the_page_asks_for_what_is_new(cast: Cast, caller: Caller) -> None:
    run = started(cast)
    address = reverse("scenario-progress", args=[cast.application.public_id, NEW, run.public_id])
    seen = cast.bob.client.get(address).text.split('data-seen="')[1].split('"')[0]
    assert cast.bob.client.get(address, {"seen": seen}).status_code == 204
    caller.resolve(newcomer(run.public_id))
    assert "1 of 2 steps done" in cast.bob.client.get(address, {"seen": seen}).text


def test_the_list_tells_how_far_the_app_is_with_each(cast: Cast, caller: Caller) -> None:
    index = reverse("scenario-list", args=[cast.application.public_id])
    overview = reverse("production-access", args=[cast.application.public_id])
    assert f'href="{index}"' in cast.vera.client.get(overview).text
    assert cast.vera.client.get(index).text.count("Not run yet") == len(ALL)
    run = started(cast)
    assert "running" in cast.vera.client.get(index).text
    caller.read(caller.resolve(newcomer(run.public_id)).json()["health_id"])
    cast.bob.client.get(page_of(run))
    shown = cast.vera.client.get(index).text
    assert "run-state passed" in shown
    assert shown.count("Not run yet") == len(ALL) - 1


def test_what_was_shown_for_an_older_version_does_not_count(cast: Cast, caller: Caller) -> None:
    run = started(cast)
    caller.read(caller.resolve(newcomer(run.public_id)).json()["health_id"])
    cast.bob.client.get(page_of(run))
    assert NEW in passed(cast.application.pk)
    ScenarioRun.objects.update(version=SCENARIOS[NEW].version - 1)
    assert passed(cast.application.pk) == {}


@pytest.mark.usefixtures("full_sandbox")
def test_whom_a_run_invents_is_known_to_nobody(caller: Caller) -> None:
    file_missing(Dataset.objects.get(kind="fixtures"))
    for number in range(40):
        assert caller.resolve(newcomer(f"run {number}")).status_code == 201


def test_amina_is_ambiguous_on_every_day_and_her_phone_decides(caller: Caller) -> None:
    for number in range(2 * len(AMINA_BORN)):
        person = misheard_amina(f"run {number}", number)
        assert caller.resolve(person).json()["code"] == "ambiguous_match"
        assert caller.resolve(person, phone=AMINA_PHONE).json()["health_id"] == AMINA


def test_who_went_on_provisionally_does_not_stand_in_the_way_of_the_next_run(caller: Caller) -> None:
    for number in range(3):
        person = misheard_amina(f"run {number}", number)
        assert caller.resolve(person).json()["code"] == "ambiguous_match"
        assert caller.resolve(person, on_ambiguous="provisional").json()["outcome"] == "provisional"


def test_runs_have_a_second_page(cast: Cast) -> None:
    for _ in range(21):
        run = started(cast)
        actions.cancel_scenario(by=BY_TEST, run=run)
    first = cast.bob.client.get(page(cast)).text
    assert "Run 21" in first
    assert "Run 1<" not in first
    assert "Run 1<" in cast.bob.client.get(page(cast), {"page": "2"}).text


@pytest.mark.parametrize("wrong", ["no-such-scenario/", f"{NEW}/unknown/", f"{NEW}/unknown/progress/"])
def test_what_is_not_there_is_not_found(cast: Cast, wrong: str) -> None:
    index = reverse("scenario-list", args=[cast.application.public_id])
    assert cast.bob.client.get(index + wrong).status_code == 404


def test_a_run_of_another_scenario_is_not_found_under_this_one(cast: Cast) -> None:
    run = started(cast)
    address = reverse("scenario-run", args=[cast.application.public_id, AGAIN, run.public_id])
    assert cast.bob.client.get(address).status_code == 404
