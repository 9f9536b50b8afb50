"""A Health ID that was merged into another goes on working, and answers with the surviving one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from portal.audit.calls import patient_hash
from portal.audit.models import ApiCall
from portal.connect.models import Dataset, LocalLink, Patient, PatientIdentifier
from portal.connect.register import file_missing
from portal.connect.synthetic import load_people
from tests.callers import SEARCH_URL, bearer
from tests.connect.pushing import Pusher, encounter
from tests.connect.test_patients import READ_URL
from tests.connect.test_resolve import NEW, caller, post

SURVIVOR, ALIAS = "OPC-2024-DEMO11", "OPC-2024-DEMO12"
HALIMAT = {
    "source": "his",
    "local_number": "H-1",
    "given_name": "Halimat",
    "family_name": "Abubakr",
    "sex": "female",
    "birth_date": "1985-03-14",
    "phone": "+2348030000011",
}


@pytest.fixture
def desk(api: Client) -> dict[str, Any]:
    file_missing(Dataset.objects.get(kind="fixtures"))
    return caller(api)


def test_reads_and_search_answer_with_the_surviving_one(api: Client) -> None:
    token = bearer(api)
    survivor = api.get(READ_URL.format(SURVIVOR), **token)
    assert survivor.json()["health_id"] == SURVIVOR
    for answer in (
        api.get(READ_URL.format(ALIAS), **token),
        api.get(SEARCH_URL, {"health_id": ALIAS.lower()}, **token),
    ):
        assert (answer.status_code, answer.json()) == (200, survivor.json())
        row = ApiCall.objects.order_by("-pk").first()
        assert row.patient == patient_hash(SURVIVOR)  # type: ignore[union-attr]


def test_a_number_that_both_carry_is_not_ambiguous(api: Client) -> None:
    number = {"system": "urn:opescare:id:ng-nin", "value": "11111111111"}
    for patient in Patient.objects.filter(health_id__in=(SURVIVOR, ALIAS)):
        PatientIdentifier.objects.create(patient=patient, **number)
    answer = api.post(SEARCH_URL, {"identifier": number}, content_type="application/json", **bearer(api))
    assert (answer.status_code, answer.json()["health_id"]) == (200, SURVIVOR)


@pytest.mark.usefixtures("full_sandbox")
def test_the_survivors_records_are_those_of_both(api: Client) -> None:
    token = bearer(api)
    for kind in ("lab-results", "diagnostics"):
        lists = [api.get(f"{READ_URL.format(health_id)}/{kind}", **token).json() for health_id in (SURVIVOR, ALIAS)]
        assert lists[0] == lists[1]
        assert {row["health_id"] for row in lists[0]["items"]} <= {SURVIVOR}
    alias = Patient.objects.get(health_id=ALIAS)
    alias.merged_into = None
    alias.save()
    alone = api.get(f"{READ_URL.format(SURVIVOR)}/diagnostics", **token).json()["items"]
    assert len(alone) < len(lists[0]["items"]), "DEMO12 has a history of her own"


def test_resolve_finds_the_alias_and_answers_with_the_survivor(api: Client, desk: dict[str, Any]) -> None:
    for _ in range(2):
        answer = post(api, desk, HALIMAT)
        assert (answer.status_code, answer.json()["health_id"]) == (200, SURVIVOR)
    link = LocalLink.objects.get(local_number="H-1")
    assert link.patient.health_id == ALIAS, "whose own data it was that agreed"
    link.patient = Patient.objects.get(health_id=SURVIVOR)
    link.save()
    assert post(api, desk, HALIMAT).json()["health_id"] == SURVIVOR


def test_the_reused_number_is_there_for_every_application(api: Client, desk: dict[str, Any]) -> None:
    body = {**NEW, "source": "demo-his", "local_number": "REUSED-1", "given_name": "Neema", "birth_date": "2004-02-02"}
    refused = post(api, desk, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "local_number_reused")
    assert refused.json()["candidates"][0]["health_id"] == "OPC-2024-DEMO15"
    moved = post(api, desk, {**body, "on_ambiguous": "provisional"})
    assert moved.status_code == 201
    assert post(api, desk, body).json()["health_id"] == moved.json()["health_id"]
    assert LocalLink.objects.get(dataset__kind="fixtures").ended_at is None


def test_the_ambiguous_pair_is_ambiguous(api: Client, desk: dict[str, Any]) -> None:
    fatou = {"source": "his", "local_number": "F", "given_name": "Fatou", "family_name": "Diop", "sex": "female",
             "birth_date": "1980-01-01", "birth_date_estimated": True}  # fmt: skip
    answer = post(api, desk, fatou)
    assert answer.status_code == 409
    found = {candidate["health_id"] for candidate in answer.json()["candidates"]}
    assert found >= {"OPC-2024-DEMO13", "OPC-2024-DEMO14"}


@pytest.mark.django_db
def test_loading_again_doubles_no_link_and_nobody_is_their_own_alias() -> None:
    load_people()
    load_people()
    assert LocalLink.objects.count() == 1
    patient = Patient.objects.get(health_id=SURVIVOR)
    patient.merged_into = patient
    with pytest.raises(IntegrityError):
        patient.save()


def test_the_ledger_notes_that_an_alias_was_sent(api: Client) -> None:
    pusher = Pusher(api)
    sent = encounter(health_id=ALIAS, facility_code="NG-LOS-H1")
    calls: list[Callable[[], Any]] = [
        lambda: pusher.get(f"patients/{ALIAS}"),
        lambda: pusher.get(f"patient/search?health_id={ALIAS.lower()}"),
        lambda: pusher.get(f"patients/{ALIAS}/lab-results"),
        lambda: pusher.get(f"patients/{ALIAS}/diagnostics"),
        lambda: pusher.push("encounters", sent),
        lambda: pusher.push("encounters", sent),
    ]
    for call in calls:
        before = ApiCall.objects.latest("pk").pk
        assert call().status_code < 300
        row = ApiCall.objects.get(pk__gt=before)
        assert (row.error_code, row.patient, row.outcome) == ("merged_health_id", patient_hash(SURVIVOR), "allowed")
    assert pusher.get(f"patients/{SURVIVOR}").status_code == 200
    assert ApiCall.objects.latest("pk").error_code == ""


def test_of_a_batch_only_the_item_with_the_alias_is_noted(api: Client) -> None:
    pusher = Pusher(api)
    items = [encounter(health_id=ALIAS, source_id="A"), encounter(source_id="B"), encounter(source_id="C", status="x")]
    before = ApiCall.objects.latest("pk").pk
    assert pusher.push("batch", {"items": [{"encounter": item} for item in items]}).status_code == 200
    rows = ApiCall.objects.filter(pk__gt=before).order_by("pk")
    assert list(rows.values_list("status", "error_code")) == [(201, "merged_health_id"), (201, ""), (200, "")]


def test_an_alias_that_is_refused_is_noted_as_refused(api: Client) -> None:
    pusher = Pusher(api)
    sent = encounter(health_id=ALIAS, source_version=2)
    assert pusher.push("encounters", sent).status_code == 201
    assert pusher.push("encounters", {**sent, "source_version": 1}).status_code == 409
    assert ApiCall.objects.latest("pk").error_code == "older_version"
