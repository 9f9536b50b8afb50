"""Up to a hundred people in one call, an answer for each."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from portal.audit.calls import patient_hash
from portal.audit.models import ApiCall
from portal.connect.models import Dataset, Patient
from portal.connect.register import file_missing
from tests.callers import bearer
from tests.connect.test_resolve import AMINA, NEW, TRIPLET, caller, own_links

BATCH_URL = "/api/v1/connect/patients/resolve/batch"


@pytest.fixture
def desk(api: Client) -> dict[str, Any]:
    file_missing(Dataset.objects.get(kind="fixtures"))
    return caller(api)


def post(api: Client, desk: dict[str, Any], items: Any, **others: Any) -> Any:
    return api.post(BATCH_URL, {"items": items, **others}, content_type="application/json", **desk)


def test_each_item_is_answered_as_a_single_call_would_be(api: Client, desk: dict[str, Any]) -> None:
    wrong = {**NEW, "local_number": "W", "sex": "f", "nickname": "Chi"}
    answer = post(api, desk, [NEW, TRIPLET, wrong, "no object", {**AMINA, "phone": "+2348030000001"}])
    assert answer.status_code == 200
    created, ambiguous, invalid, text, matched = answer.json()["items"]
    assert [item["status"] for item in answer.json()["items"]] == [201, 409, 422, 422, 200]
    assert created["resolution"]["outcome"] == "created"
    assert created["problem"] is None
    assert matched["resolution"]["health_id"] == "OPC-2024-DEMO1"
    assert ambiguous["resolution"] is None
    assert ambiguous["problem"]["code"] == "ambiguous_match"
    assert len(ambiguous["problem"]["candidates"]) == 2
    assert {fault["pointer"] for fault in invalid["problem"]["errors"]} == {"/items/2/sex", "/items/2/nickname"}
    assert [fault["pointer"] for fault in text["problem"]["errors"]] == ["/items/3"]
    for personal in ("Chinwe", "Guessan", "no object", "+225"):
        assert personal not in answer.content.decode()


def test_every_patient_who_was_touched_stands_in_the_ledger(api: Client, desk: dict[str, Any]) -> None:
    items = post(api, desk, [NEW, TRIPLET, {**AMINA, "phone": "+2348030000001"}]).json()["items"]
    rows = list(ApiCall.objects.filter(operation="resolvePatientBatch").order_by("pk"))
    touched = [patient_hash(items[number]["resolution"]["health_id"]) for number in (0, 2)]
    assert [(row.patient, row.status) for row in rows] == [
        (touched[0], 201), ("", 409), (touched[1], 200), ("", 200),
    ]  # fmt: skip
    assert len({row.request_id for row in rows}) == 1


def test_the_same_person_twice_is_one_health_id_and_sending_again_changes_nothing(
    api: Client, desk: dict[str, Any]
) -> None:
    items = [NEW, {**NEW, "source": "lims", "given_name": "CHINWE"}, NEW]
    first, second = (post(api, desk, items).json()["items"] for _ in range(2))
    assert [item["status"] for item in first] == [201, 200, 200]
    assert {item["status"] for item in second} == {200}
    assert len({item["resolution"]["health_id"] for item in [*first, *second]}) == 1
    assert own_links().count() == 2


@pytest.mark.parametrize(
    ("items", "pointer"),
    [([], "/items"), ([NEW] * 101, "/items"), ({}, "/items"), (None, "/items"), ("x", "/items")],
)
def test_a_batch_that_is_none_is_refused_whole(api: Client, desk: dict[str, Any], items: object, pointer: str) -> None:
    answer = post(api, desk, items)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_an_unknown_field_beside_the_items_is_refused(api: Client, desk: dict[str, Any]) -> None:
    answer = post(api, desk, [NEW], on_ambiguous="provisional")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/on_ambiguous")
    assert not own_links().exists()


def test_a_hundred_people_are_taken(api: Client, desk: dict[str, Any]) -> None:
    born = [f"19{year}-0{month}-1{day}" for year in range(50, 60) for month in range(1, 6) for day in range(2)]
    items = [{**NEW, "local_number": str(number), "birth_date": day, "phone": ""} for number, day in enumerate(born)]
    answer = post(api, desk, items)
    assert len(answer.json()["items"]) == 100
    assert {item["status"] for item in answer.json()["items"]} <= {201, 409}


def test_without_a_ledger_nothing_stays(api: Client, desk: dict[str, Any]) -> None:
    with patch("portal.audit.inside.insert", side_effect=OperationalError):
        answer = post(api, desk, [NEW])
    assert (answer.status_code, answer.json()["code"]) == (503, "ledger_unavailable")
    assert not Patient.objects.exclude(dataset__kind="fixtures").exists()


def test_a_token_without_the_scope_is_refused(api: Client) -> None:
    assert post(api, bearer(api), [NEW]).status_code == 403
