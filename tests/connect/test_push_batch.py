"""A batch answers each record as a single push would have."""

from typing import Any

from django.test import Client

from portal.audit.models import ApiCall
from portal.connect.models import Record
from tests.connect.pushing import Pusher, encounter, prescription, report


def test_each_item_gets_its_own_answer_and_holds_up_no_other(api: Client) -> None:
    pusher = Pusher(api)
    items = [
        {"encounter": encounter()},
        {"lab_results": report(results=[])},
        {"prescription": prescription(health_id="OPC-2024-DEMO99")},
        {"encounter": encounter()},
        {"lab_results": report()},
        {"visit": encounter()},
        {"encounter": encounter(), "prescription": prescription()},
        "nothing",
        {"prescription": prescription(health_id="OPC-2024-DEMO2", source_id="P2")},
    ]
    answer = pusher.post("records/batch", {"items": items})
    assert answer.status_code == 200
    found = answer.json()["items"]
    assert [item["status"] for item in found] == [201, 422, 404, 200, 201, 422, 422, 422, 201]
    assert found[0]["stored"] == found[3]["stored"]
    assert found[1]["problem"]["errors"][0]["pointer"] == "/items/1/lab_results/results"
    assert found[5]["problem"]["errors"][0]["pointer"] == "/items/5"
    assert Record.objects.count() == 3
    rows = ApiCall.objects.filter(operation="pushRecordBatch").order_by("pk")
    assert [(row.status, row.replay, bool(row.patient)) for row in rows] == [
        (201, False, True),
        (404, False, True),
        (200, True, True),
        (201, False, True),
        (201, False, True),
        (200, False, False),
    ]


def test_each_item_needs_the_scope_of_its_kind(api: Client) -> None:
    lab = Pusher(api, scopes=["lab:push"])
    answer = lab.post("records/batch", {"items": [{"encounter": encounter()}, {"lab_results": report()}]})
    assert [item["status"] for item in answer.json()["items"]] == [403, 201]


def test_a_batch_has_one_to_a_hundred_items(api: Client) -> None:
    pusher = Pusher(api)
    wrong: list[Any] = [[], [{"prescription": {}}] * 101, {}, None]
    for items in wrong:
        assert pusher.post("records/batch", {"items": items}).status_code == 422
