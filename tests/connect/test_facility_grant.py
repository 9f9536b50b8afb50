"""Whom an app may send data for: the facilities of its grant in production, all but one in the sandbox."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from portal.applications import feed
from portal.applications.actions import NotAllowedError, set_facilities
from portal.applications.models import Client as OAuthClient
from portal.audit.models import ApiCall, Decision
from portal.connect.models import Record
from portal.connect.synthetic.facilities import NOT_GRANTED
from tests.connect.pushing import BODIES, Pusher, encounter
from tests.connect.test_patients import BY


@pytest.fixture(autouse=True)
def _feed_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "INTERVAL", 0.0)


@pytest.fixture
def hospital(api: Client) -> Pusher:
    """A production client for one facility, and a patient whom it knows."""
    return Pusher(api, "production")


def known_patient(hospital: Pusher) -> str:
    person = {
        "source": "his", "local_number": "1", "given_name": "Amina", "family_name": "Okafor", "sex": "female",
        "birth_date": "1990-04-12",
    }  # fmt: skip
    answer = hospital.post("patients/resolve", person)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["health_id"])


@pytest.mark.parametrize("kind", BODIES)
def test_a_push_for_another_facility_is_refused_and_nothing_is_stored(hospital: Pusher, kind: str) -> None:
    health_id = known_patient(hospital)
    refused = hospital.push(kind, BODIES[kind](health_id=health_id, facility_code="NG-LOS-H2"), Idempotency_Key="k")
    assert (refused.status_code, refused.json()["code"]) == (403, "facility_not_granted")
    assert "NG-LOS-H2" not in refused.content.decode()
    row = ApiCall.objects.order_by("-pk")[0]
    assert (row.outcome, row.error_code, row.status) == ("denied", "facility_not_granted", 403)
    assert not Record.objects.exists()
    assert hospital.push(kind, BODIES[kind](health_id=health_id), Idempotency_Key="k").status_code == 201


def test_a_refusal_does_not_say_whether_the_patient_exists(hospital: Pusher) -> None:
    health_id = known_patient(hospital)
    answers = [
        hospital.push("encounters", encounter(health_id=asked, facility_code="NG-LOS-H2")).json()
        for asked in (health_id, "OPC-2024-DEMO99")
    ]
    assert {answer["code"] for answer in answers} == {"facility_not_granted"}


def test_each_item_of_a_batch_is_for_a_facility_of_its_own(hospital: Pusher) -> None:
    health_id = known_patient(hospital)
    items = [
        {"encounter": encounter(health_id=health_id, source_id=code, facility_code=code)}
        for code in ("NG-LOS-H2", "NG-LOS-H1", "ng-los-h1")
    ]
    answers = hospital.post("records/batch", {"items": items}).json()["items"]
    assert [answer["status"] for answer in answers] == [403, 201, 403]
    assert [answer["problem"] and answer["problem"]["code"] for answer in answers] == [
        "facility_not_granted", None, "facility_not_granted",
    ]  # fmt: skip
    assert [record.facility_code for record in Record.objects.all()] == ["NG-LOS-H1"]


def test_a_grant_takes_effect_for_tokens_that_are_out_already(hospital: Pusher) -> None:
    body = encounter(health_id=known_patient(hospital), facility_code="NG-LOS-H2")
    assert hospital.push("encounters", body).status_code == 403
    name = hospital.credentials["client_id"]
    call_command("client", "facilities", name, "NG-LOS-H2", "NG-LOS-H1", "--reason", "the second house")
    assert hospital.push("encounters", body, Idempotency_Key="k").status_code == 201
    decision = Decision.objects.order_by("-pk")[0]
    assert (decision.verb, decision.reason) == ("applications.set_facilities", "the second house")
    assert (decision.before, decision.after) == (
        {"facilities": ["NG-LOS-H1"]}, {"facilities": ["NG-LOS-H1", "NG-LOS-H2"]},
    )  # fmt: skip
    call_command("client", "facilities", name, "--reason", "the contract has ended")
    assert hospital.push("encounters", body, Idempotency_Key="k").status_code == 403, "not even the old answer"


def test_a_client_without_a_grant_sends_nothing(api: Client) -> None:
    nobody = Pusher(api, "production", facilities=())
    assert nobody.push("encounters", encounter(health_id=known_patient(nobody))).status_code == 403


def test_naming_the_same_facilities_again_is_no_decision(hospital: Pusher) -> None:
    before = Decision.objects.count()
    hospital.grant("NG-LOS-H1", "NG-LOS-H1")
    assert Decision.objects.count() == before


def test_the_sandbox_refuses_the_facility_that_nobody_is_granted(api: Client) -> None:
    pusher = Pusher(api)
    refused = pusher.push("encounters", encounter(facility_code=NOT_GRANTED))
    assert (refused.status_code, refused.json()["code"]) == (403, "facility_not_granted")
    assert pusher.push("encounters", encounter(facility_code="MY-CLINIC.7")).status_code == 201


def test_what_is_no_code_or_no_production_client_is_refused(api: Client, hospital: Pusher) -> None:
    sandbox = Pusher(api).client
    for client, codes in ((hospital.client, ["a/b"]), (hospital.client, ["x" * 41]), (sandbox, ["NG-LOS-H1"])):
        with pytest.raises(NotAllowedError):
            set_facilities(by=BY, client=client, facilities=codes)
    with pytest.raises(CommandError, match="no codes"):
        call_command("client", "facilities", hospital.credentials["client_id"], "a/b", "--reason", "x")
    with pytest.raises(CommandError, match="go with `facilities`"):
        call_command("client", "suspend", hospital.credentials["client_id"], "NG-LOS-H1", "--reason", "x")
    with pytest.raises(IntegrityError), transaction.atomic():
        OAuthClient.objects.filter(pk=sandbox.pk).update(facilities=["NG-LOS-H1"])
