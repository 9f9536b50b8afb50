"""Pushing records: stored once, version by version, and shown in the reads."""

from typing import Any

import pytest
from django.test import Client

from portal.audit.calls import patient_hash
from portal.audit.models import ApiCall
from portal.connect.models import Dataset, Patient, Record, RecordVersion
from portal.connect.serializers.records import PUSHES
from portal.problems.strict import StrictSerializer
from tests.connect.pushing import BASE, BODIES, Pusher, encounter, report


def last_call() -> ApiCall:
    row = ApiCall.objects.order_by("-pk").first()
    assert isinstance(row, ApiCall)
    return row


@pytest.fixture
def pusher(api: Client) -> Pusher:
    return Pusher(api)


@pytest.mark.parametrize("kind", BODIES)
def test_a_push_is_stored_once_and_can_be_read_back(pusher: Pusher, kind: str) -> None:
    first = pusher.push(kind, BODIES[kind](health_id="opc-2024-demo1"))
    assert first.status_code == 201, first.content
    assert first.json()["health_id"] == "OPC-2024-DEMO1"
    assert first.json()["version"] == 1
    assert (last_call().status, last_call().replay, last_call().patient) == (201, False, patient_hash("OPC-2024-DEMO1"))
    again = pusher.push(kind, BODIES[kind]())
    assert (again.status_code, again.json()) == (200, first.json())
    assert last_call().replay
    assert Record.objects.count() == RecordVersion.objects.count() == 1
    assert first["Location"] == f"{BASE}/records/{kind}/{first.json()['id']}"
    read = pusher.get(f"records/{kind}/{first.json()['id']}")
    assert read.json()["content"]["source_id"] == BODIES[kind]()["source_id"]
    assert pusher.get(f"records/{kind}/{first.json()['id']}", If_None_Match=read["ETag"]).status_code == 304


def test_an_encounters_diagnoses_appear_among_the_patients(pusher: Pusher) -> None:
    stored = pusher.push("encounters", encounter()).json()
    assert stored["unmapped"] == ["/diagnoses/1"]
    found = pusher.get("patients/OPC-2024-DEMO1/diagnostics").json()["items"]
    assert [(row["icd10"], row["unmapped"]) for row in found if row["encounter_id"] == stored["id"]] == [
        (None, True),
        ("B50.9", False),
    ]
    assert found[0]["recorded"] == "2025-12-22T08:00:00Z"
    assert found[0]["local_code"] == {"system": "urn:x", "code": "T1"}


def test_a_corrected_report_stands_for_the_one_before(pusher: Pusher) -> None:
    pusher.push("lab-results", report())
    results = [{"loinc": "718-7", "value_quantity": {"value": 10.5, "unit": "g/dL"}}]
    newer = pusher.push("lab-results", report(source_version=7, status="corrected", results=results))
    assert (newer.status_code, newer.json()["version"]) == (200, 2)
    [row] = pusher.get("patients/OPC-2024-DEMO1/lab-results").json()["items"]
    assert (row["status"], row["value_quantity"]["value"], row["panel_loinc"]) == ("corrected", 10.5, "58410-2")
    assert [kept.source_version for kept in RecordVersion.objects.order_by("version")] == [1, 7]
    older = pusher.push("lab-results", report())
    assert (older.status_code, older.json()["code"]) == (409, "older_version")
    changed = pusher.push("lab-results", report(source_version=7))
    assert (changed.status_code, changed.json()["code"]) == (409, "version_reused")
    pusher.push("lab-results", report(source_version=8, status="entered-in-error"))
    assert pusher.get("patients/OPC-2024-DEMO1/lab-results").json() == {"items": []}


def test_a_number_is_the_same_however_a_language_writes_it(pusher: Pusher) -> None:
    for value, status in ((4.0, 201), (4, 200)):
        results = [{"loinc": "718-7", "value_quantity": {"value": value, "unit": "g/dL"}}]
        answer = pusher.push("lab-results", report(results=results))
        assert (answer.status_code, answer.json()["version"]) == (status, 1)


def test_the_same_version_under_the_surviving_health_id_is_the_same(pusher: Pusher) -> None:
    first = pusher.push("lab-results", report(health_id="OPC-2024-DEMO12")).json()
    assert first["health_id"] == "OPC-2024-DEMO11"
    again = pusher.push("lab-results", report(health_id="OPC-2024-DEMO11"))
    assert (again.status_code, again.json()) == (200, first)
    assert Record.objects.count() == RecordVersion.objects.count() == 1
    for other in (report(), report(health_id="OPC-2024-DEMO11", specimen="plasma")):
        refused = pusher.push("lab-results", other)
        assert (refused.status_code, refused.json()["code"]) == (409, "version_reused")


def test_a_source_corrects_whose_record_it_is(pusher: Pusher) -> None:
    pusher.push("lab-results", report(health_id="OPC-2024-DEMO12"))
    moved = pusher.push("lab-results", report(source_version=2))
    assert (moved.status_code, moved.json()["health_id"]) == (200, "OPC-2024-DEMO1")
    assert len(pusher.get("patients/OPC-2024-DEMO1/lab-results").json()["items"]) == 2
    assert pusher.get("patients/OPC-2024-DEMO11/lab-results").json()["items"] == []


def test_the_natural_key_is_the_client_the_facility_and_the_source_id(api: Client, pusher: Pusher) -> None:
    other = Pusher(api)
    ids = {
        pusher.push("encounters", encounter()).json()["id"],
        pusher.push("encounters", encounter(facility_code="NG-LOS-H2")).json()["id"],
        pusher.push("encounters", encounter(source_id="V2")).json()["id"],
        other.push("encounters", encounter()).json()["id"],
    }
    assert len(ids) == 4


def test_nobody_else_sees_what_was_pushed(api: Client, pusher: Pusher) -> None:
    stored = pusher.push("encounters", encounter()).json()
    other = Pusher(api)
    assert other.get(f"records/encounters/{stored['id']}").status_code == 404
    assert other.get("patients/OPC-2024-DEMO1/diagnostics").json()["items"] == []
    assert pusher.get(f"records/lab-results/{stored['id']}").status_code == 404
    assert pusher.get("records/encounters/nonsense").status_code == 404


def test_production_takes_pushes_for_its_own_patients_alone(api: Client) -> None:
    live = Pusher(api, "production")
    assert live.push("encounters", encounter()).status_code == 404
    assert not Record.objects.exists()
    production, _ = Dataset.objects.get_or_create(kind=Dataset.PRODUCTION)
    Patient.objects.create(
        dataset=production, health_id="OPC-2024-DEMO97", given_name="A", family_name="B", sex="female",
        birth_date="1990-01-01", country="KE",
    )  # fmt: skip
    from portal.connect.datasets import forget

    forget()
    assert live.push("encounters", encounter(health_id="OPC-2024-DEMO97")).status_code == 201
    assert live.post("sandbox/reset", {}).status_code == 404


def test_resetting_empties_the_applications_own_dataset_alone(api: Client, pusher: Pusher) -> None:
    other = Pusher(api)
    for each in (pusher, other):
        assert each.push("lab-results", report(), Idempotency_Key="k").status_code == 201
    patients = Patient.objects.count()
    answer = pusher.post("sandbox/reset", {})
    assert answer.status_code == 200
    assert answer.json()["deleted"] >= 1
    assert Record.objects.count() == 1
    assert Patient.objects.count() == patients
    assert pusher.get("patients/OPC-2024-DEMO1/lab-results").json()["items"] == []
    assert other.get("patients/OPC-2024-DEMO1/lab-results").json()["items"] != []
    assert pusher.push("lab-results", report(), Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize(
    ("kind", "changes", "pointers"),
    [
        ("encounters", {"class": "XXX"}, {"/class"}),
        ("encounters", {"class": 1}, {"/class"}),
        ("encounters", {"source_version": "1"}, {"/source_version"}),
        ("encounters", {"source_version": True}, {"/source_version"}),
        ("encounters", {"source_version": 1.0}, {"/source_version"}),
        ("encounters", {"source_version": 2**53}, {"/source_version"}),
        ("encounters", {"source_id": "a b"}, {"/source_id"}),
        ("encounters", {"facility_code": "a/b"}, {"/facility_code"}),
        ("encounters", {"period": {"start": "2025-12-22"}}, {"/period/start"}),
        ("encounters", {"period": {"start": "2025-12-22T09:00:00"}}, {"/period/start"}),
        ("encounters", {"period": {"start": "2025-12-22T09:00:00Z", "end": "2025-12-21T09:00:00Z"}}, {"/period/end"}),
        ("encounters", {"diagnoses": [{"rank": 1}]}, {"/diagnoses/0/icd10"}),
        ("encounters", {"diagnoses": [{"icd10": "B50.9"}]}, {"/diagnoses/0/rank"}),
        ("encounters", {"diagnoses": {"icd10": "B50.9", "rank": 1}}, {"/diagnoses"}),
        ("encounters", {"diagnosis": []}, {"/diagnosis"}),
        ("lab-results", {"results": []}, {"/results"}),
        ("lab-results", {"results": [{"loinc": "718-8", "value_string": "x"}]}, {"/results/0/loinc"}),
        ("lab-results", {"results": [{"loinc": "718-7"}]}, {"/results/0/value_quantity"}),
        (
            "lab-results",
            {"results": [{"loinc": "718-7", "value_quantity": {"value": "9", "unit": "g/dL"}}]},
            {"/results/0/value_quantity/value"},
        ),
        (
            "lab-results",
            {"results": [{"loinc": "718-7", "value_quantity": {"value": 9, "unit": "g per dL"}}]},
            {"/results/0/value_quantity/unit"},
        ),
        ("prescriptions", {"intent": "wish"}, {"/intent"}),
        ("prescriptions", {"atc": "P01"}, {"/atc"}),
        ("prescriptions", {"prescriber": {"nmae": "x"}}, {"/prescriber/nmae"}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(
    pusher: Pusher, kind: str, changes: dict[str, Any], pointers: set[str]
) -> None:
    answer = pusher.push(kind, BODIES[kind](**changes))
    assert answer.status_code == 422, answer.content
    assert {fault["pointer"] for fault in answer.json()["errors"]} == pointers
    assert not Record.objects.exists()


def test_a_wrong_health_id_is_told_so(pusher: Pusher) -> None:
    answer = pusher.push("encounters", encounter(health_id="OPC-2024-7K3M9Q2X"))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_health_id")
    assert answer.json()["errors"][0]["pointer"] == "/health_id"


def test_a_push_needs_the_scope_of_its_kind(api: Client) -> None:
    lab = Pusher(api, scopes=["lab:push"])
    assert lab.push("encounters", encounter()).status_code == 403
    assert lab.push("lab-results", report()).status_code == 201


def test_every_push_is_strict_all_the_way_down() -> None:
    def check(serializer: Any) -> None:
        assert isinstance(serializer, StrictSerializer)
        for field in serializer.fields.values():
            inner = getattr(field, "child", field)
            if hasattr(inner, "fields"):
                check(inner)
            else:
                assert type(inner).__module__.startswith("portal."), inner

    for push in PUSHES.values():
        check(push())
