"""Facilities keep themselves up to date: the newest moment wins, and the reads show it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from portal.applications.actions import set_facilities
from portal.applications.clients import clients
from portal.applications.feed import feed
from portal.applications.published import DEMO_PRODUCTION_CLIENT
from portal.audit.models import ApiCall
from portal.connect.models import BloodUnits, Dataset, Facility, IdempotentCall, StockItem
from portal.connect.serializers.facilities import FacilityOfSync
from portal.management.published import ensure_client
from portal.problems.strict import StrictSerializer
from tests.callers import bearer
from tests.connect.pushing import BASE, Pusher, hospital
from tests.connect.test_patients import BY

URL = "facilities/NG-LOS-H1"
LATER = "2026-01-05T07:00:00Z"


@pytest.fixture
def pusher(api: Client) -> Pusher:
    return Pusher(api)


def stock(pusher: Pusher, code: str = "NG-LOS-H1") -> list[tuple[str, int, str]]:
    found = pusher.get(f"pharmacy/stock?facility={code}").json()["items"]
    return [(row["display"], row["quantity"], row["as_of"]) for row in found]


def blood(pusher: Pusher, region: str = "NG-LA") -> list[tuple[str, str, str, int]]:
    found = pusher.get(f"blood/inventory?region={region}").json()["items"]
    return [(row["component"], row["abo"], row["rh"], row["units"]) for row in found]


def without(left_out: str, /, **changes: Any) -> dict[str, Any]:
    body = hospital(**changes)
    del body[left_out]
    return body


def last_call() -> ApiCall:
    row = ApiCall.objects.order_by("-pk").first()
    assert isinstance(row, ApiCall)
    return row


@pytest.fixture
def fixture(sandbox: None) -> Facility:
    """Put one shared facility with stock and blood into the sandbox."""
    shared = Facility.objects.create(
        dataset=Dataset.objects.get(kind="fixtures"), code="NG-LOS-H1", name="Shared", kind="hospital", country="NG",
        region="NG-LA", as_of=datetime(2026, 1, 5, 6, tzinfo=UTC),
    )  # fmt: skip
    common = {"facility": shared, "as_of": shared.as_of}
    StockItem.objects.create(**common, atc="A10BA02", display="metformin", unit="tablet", quantity=9)
    BloodUnits.objects.create(**common, abo="AB", rh="positive", component="plasma", units=3)
    return shared


def test_a_facility_is_stored_and_appears_in_the_reads_of_stock_and_blood(pusher: Pusher) -> None:
    answer = pusher.put(URL, hospital())
    assert answer.status_code == 201, answer.content
    assert answer.json() == {
        **{name: value for name, value in hospital().items() if name not in {"stock", "blood"}},
        "code": "NG-LOS-H1",
        "as_of": "2026-01-05T06:30:00Z",
        "stock_count": 2,
        "blood_count": 1,
        "unmapped": ["/stock/1"],
    }
    assert (last_call().status, last_call().replay, last_call().scope) == (201, False, "facility:sync")
    mapped, local = pusher.get("pharmacy/stock?facility=NG-LOS-H1").json()["items"]
    assert (mapped["atc"], mapped["unmapped"], mapped["quantity"], mapped["strength"]) == ("P01BF01", False, 1840, "")
    assert (local["atc"], local["unmapped"], local["local_code"]) == (None, True, {"system": "urn:x", "code": "G1"})
    assert mapped["as_of"] == "2026-01-05T06:30:00Z"
    near = pusher.get("pharmacy/stock?atc=P01BF01&near=6.5,3.35").json()["items"]
    assert near[0]["facility"]["name"] == "Baobab Teaching Hospital Lagos"
    assert blood(pusher) == [("red-cells", "O", "negative", 6)]


def test_the_same_call_again_changes_nothing_and_is_known_as_a_replay(pusher: Pusher) -> None:
    first = pusher.put(URL, hospital())
    ids = list(StockItem.objects.values_list("pk", flat=True))
    again = pusher.put(URL, hospital(as_of="2026-01-05T06:30:00Z"))  # the same moment, written otherwise
    assert (again.status_code, again.json()) == (200, first.json())
    assert last_call().replay
    assert list(StockItem.objects.values_list("pk", flat=True)) == ids


def test_a_number_is_the_same_however_it_is_written(pusher: Pusher) -> None:
    assert pusher.put(URL, hospital(latitude=6, longitude=3.5)).status_code == 201
    assert pusher.put(URL, hospital(latitude=6.0, longitude=3.50)).status_code == 200
    assert last_call().replay
    other = pusher.put(URL, hospital(latitude=6.1, longitude=3.5))
    assert (other.status_code, other.json()["code"]) == (409, "version_reused")


def test_a_later_state_stands_for_the_one_before_and_an_older_one_is_refused(pusher: Pusher) -> None:
    pusher.put(URL, hospital())
    [item, _] = hospital()["stock"]
    body = without("region", as_of=LATER, name="Renamed", services=[], stock=[{**item, "quantity": 7}], blood=[])
    later = pusher.put(URL, body)
    assert later.status_code == 200
    assert not last_call().replay
    found = later.json()
    assert (found["name"], found["region"], found["services"], found["blood_count"]) == ("Renamed", "", [], 0)
    assert stock(pusher) == [("artemether and lumefantrine", 7, LATER)]
    assert blood(pusher) == []
    older = pusher.put(URL, hospital())
    assert (older.status_code, older.json()["code"]) == (409, "older_version")
    assert last_call().error_code == "older_version"
    changed = pusher.put(URL, {**body, "services": ["emergency"]})
    assert (changed.status_code, changed.json()["code"]) == (409, "version_reused")
    assert stock(pusher) == [("artemether and lumefantrine", 7, LATER)]
    assert Facility.objects.get().name == "Renamed"


@pytest.mark.parametrize(("left_out", "emptied"), [("stock", "blood"), ("blood", "stock")])
def test_what_is_left_out_stays_and_what_is_sent_empty_is_emptied(pusher: Pusher, left_out: str, emptied: str) -> None:
    pusher.put(URL, hospital())
    body = without(left_out, as_of=LATER, **{emptied: []})
    found = pusher.put(URL, body).json()
    assert found[f"{emptied}_count"] == 0
    assert found[f"{left_out}_count"] == (2 if left_out == "stock" else 1)
    if left_out == "stock":
        assert {as_of for _, _, as_of in stock(pusher)} == {"2026-01-05T06:30:00Z"}, "it was counted then"


def test_an_own_facility_hides_the_shared_one_and_begins_with_what_that_has(
    api: Client, pusher: Pusher, fixture: Facility
) -> None:
    assert stock(pusher) == [("metformin", 9, "2026-01-05T06:00:00Z")]
    first = pusher.put(URL, without("stock"))
    assert (first.status_code, first.json()["stock_count"], first.json()["blood_count"]) == (201, 1, 1)
    assert stock(pusher) == [("metformin", 9, "2026-01-05T06:00:00Z")]
    assert blood(pusher) == [("red-cells", "O", "negative", 6)]
    pusher.put(URL, hospital(as_of=LATER, stock=[]))
    assert stock(pusher) == []
    other = Pusher(api)
    assert stock(other) == [("metformin", 9, "2026-01-05T06:00:00Z")]
    assert blood(other) == [("plasma", "AB", "positive", 3)]
    fixture.refresh_from_db()
    assert fixture.name == "Shared"


def test_a_reset_empties_own_facilities_and_shows_the_shared_ones_again(pusher: Pusher, fixture: Facility) -> None:
    pusher.put(URL, hospital(), Idempotency_Key="k")
    pusher.put("facilities/OWN-1", hospital())
    assert pusher.post("sandbox/reset", {}).json()["deleted"] >= 2
    assert list(Facility.objects.all()) == [fixture]
    assert stock(pusher) == [("metformin", 9, "2026-01-05T06:00:00Z")]
    assert pusher.put(URL, hospital(), Idempotency_Key="k").status_code == 201


def test_the_demos_production_client_syncs_into_production_alone(api: Client) -> None:
    set_facilities(by=BY, client=ensure_client(BY, DEMO_PRODUCTION_CLIENT), facilities=["NG-LOS-H1"])
    published = {"client_id": DEMO_PRODUCTION_CLIENT.client_id, "client_secret": DEMO_PRODUCTION_CLIENT.client_secret}
    token = bearer(api, **published)
    sent: dict[str, Any] = {"data": hospital(), "content_type": "application/json", **token}
    assert api.put(f"/v1/connect/{URL}", **sent).status_code == 201
    facility = Facility.objects.get()
    assert facility.dataset.kind == "production"
    assert (facility.stock.count(), facility.blood.count()) == (2, 1)
    assert Pusher(api).put(URL, hospital()).status_code == 201, "the sandbox knows nothing of it"
    assert stock(Pusher(api)) == []


def test_a_facility_of_another_grant_is_refused_alone_or_among_others(api: Client) -> None:
    live = Pusher(api, "production")
    refused = live.put("facilities/NG-LOS-H2", hospital())
    assert (refused.status_code, refused.json()["code"]) == (403, "facility_not_granted")
    items = [{"code": code, **hospital()} for code in ("NG-LOS-H2", "NG-LOS-H1")]
    found = live.post("facilities/sync", {"items": items}).json()["items"]
    assert [item["status"] for item in found] == [403, 201]
    assert [facility.code for facility in Facility.objects.all()] == ["NG-LOS-H1"]
    assert live.put(URL, hospital(as_of=LATER), Idempotency_Key="k").status_code == 200
    live.grant()
    feed.reset()
    clients.reset()
    assert live.put(URL, hospital(as_of=LATER), Idempotency_Key="k").status_code == 403, "not even the old answer"


def test_an_idempotency_key_gets_the_first_answer_again(pusher: Pusher) -> None:
    first = pusher.put(URL, hospital(), Idempotency_Key='"k"')
    pusher.put(URL, hospital(as_of=LATER))
    retry = pusher.put(URL, hospital(), Idempotency_Key="k")
    assert (retry.status_code, retry.json(), retry["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert last_call().replay
    changed = pusher.put(URL, hospital(as_of=LATER), Idempotency_Key="k")
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency_key_reused")


def test_a_state_whose_ledger_row_cannot_be_written_does_not_stay(pusher: Pusher) -> None:
    with patch("portal.audit.inside.insert", side_effect=OperationalError):
        answer = pusher.put(URL, hospital(), Idempotency_Key="k")
    assert (answer.status_code, answer.json()["code"]) == (503, "ledger_unavailable")
    assert not Facility.objects.exists()
    assert not StockItem.objects.exists()
    assert not IdempotentCall.objects.exists()


def test_a_sync_answers_each_facility_and_records_each(pusher: Pusher) -> None:
    pusher.put("facilities/KNOWN", hospital(as_of=LATER))
    items: list[Any] = [
        {"code": "A-1", **hospital()},
        {"code": "A-1", **hospital()},
        {"code": "KNOWN", **hospital()},
        {"code": "A-2", **hospital(stock=[{"display": "x", "unit": "y", "quantity": 1}])},
        "nothing",
        {**hospital()},
        {"code": "A-1", **hospital(as_of=LATER, stock=[])},
    ]
    answer = pusher.post("facilities/sync", {"items": items})
    assert answer.status_code == 200
    found = answer.json()["items"]
    assert [item["status"] for item in found] == [201, 200, 409, 422, 422, 422, 200]
    assert [item["problem"] and item["problem"]["code"] for item in found] == [
        None, None, "older_version", "invalid_body", "invalid_body", "invalid_body", None,
    ]  # fmt: skip
    pointers = [[fault["pointer"] for fault in item["problem"]["errors"]] for item in found[3:6]]
    assert pointers == [["/items/3/stock/0/atc"], ["/items/4"], ["/items/5/code"]]
    assert (found[0]["stored"]["stock_count"], found[6]["stored"]["stock_count"]) == (2, 0)
    rows = ApiCall.objects.filter(operation="syncFacilities").order_by("pk")
    assert [(row.status, row.replay) for row in rows] == [
        (201, False), (200, True), (409, False), (200, False), (200, False),
    ]  # fmt: skip
    assert Facility.objects.count() == 2


def test_a_sync_has_one_to_a_hundred_facilities(pusher: Pusher) -> None:
    wrong: list[Any] = [[], [{}] * 101, {}, None]
    for items in wrong:
        assert pusher.post("facilities/sync", {"items": items}).status_code == 422


def test_both_calls_need_the_scope(api: Client) -> None:
    lab = Pusher(api, scopes=["lab:push"])
    assert lab.put(URL, hospital()).status_code == 403
    assert lab.post("facilities/sync", {"items": [{"code": "A-1", **hospital()}]}).status_code == 403
    assert not Facility.objects.exists()


MEDICINE = {"atc": "A10BA02", "display": "metformin", "unit": "tablet", "quantity": 1}
BAG = {"component": "plasma", "abo": "A", "rh": "positive", "units": 1}


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"as_of": "2026-01-05"}, {"/as_of"}),
        ({"as_of": 1767600000}, {"/as_of"}),
        ({"name": ""}, {"/name"}),
        ({"kind": "shop"}, {"/kind"}),
        ({"country": "ng"}, {"/country"}),
        ({"country": "XX", "region": "XX-1"}, {"/country"}),
        ({"region": "Lagos"}, {"/region"}),
        ({"region": "KE-30"}, {"/region"}),
        ({"latitude": 91}, {"/latitude"}),
        ({"latitude": "6.5"}, {"/latitude"}),
        ({"longitude": None}, {"/longitude"}),
        ({"services": ["Emergency"]}, {"/services/0"}),
        ({"services": ["a", "b", "a"]}, {"/services/2"}),
        ({"services": "emergency"}, {"/services"}),
        ({"stock": [{**MEDICINE, "atc": "A10"}]}, {"/stock/0/atc"}),
        ({"stock": [{**MEDICINE, "quantity": -1}]}, {"/stock/0/quantity"}),
        ({"stock": [{**MEDICINE, "quantity": 1.5}]}, {"/stock/0/quantity"}),
        ({"stock": [{**MEDICINE, "quantity": 10**12}]}, {"/stock/0/quantity"}),
        ({"stock": [MEDICINE, {**MEDICINE, "quantity": 2}]}, {"/stock/1"}),
        ({"stock": [{**MEDICINE, "price": 3}]}, {"/stock/0/price"}),
        ({"stock": None}, {"/stock"}),
        ({"blood": [{**BAG, "rh": "+"}]}, {"/blood/0/rh"}),
        ({"blood": [BAG, {**BAG, "abo": "B"}, {**BAG, "units": 2}]}, {"/blood/2"}),
        ({"code": "NG-LOS-H1"}, {"/code"}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(
    pusher: Pusher, changes: dict[str, Any], pointers: set[str]
) -> None:
    answer = pusher.put(URL, hospital(**changes))
    assert answer.status_code == 422, answer.content
    assert {fault["pointer"] for fault in answer.json()["errors"]} == pointers
    assert not Facility.objects.exists()


def test_half_a_place_is_refused(pusher: Pusher) -> None:
    for name in ("latitude", "longitude"):
        answer = pusher.put(URL, without(name))
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{name}"]


def test_a_moment_in_the_future_is_refused_since_nothing_true_would_follow_it(pusher: Pusher) -> None:
    ahead = (timezone.now() + timedelta(hours=1)).isoformat()
    answer = pusher.put(URL, hospital(as_of=ahead))
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [("/as_of", "future")]
    assert pusher.put(URL, hospital(as_of=timezone.now().isoformat())).status_code == 201


@pytest.mark.parametrize("code", ["-1", "a%20b", "x" * 41, "é"])
def test_a_code_of_another_form_is_refused(pusher: Pusher, code: str) -> None:
    answer = pusher.put(f"facilities/{code}", hospital())
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")
    assert answer.json()["errors"][0]["pointer"] == "{code}"


def test_there_is_no_read_of_a_facility(pusher: Pusher) -> None:
    assert pusher.get(URL).status_code == 405
    assert pusher.api.get(f"{BASE}/facilities/sync", headers=pusher.token).status_code == 405


def test_a_facility_is_strict_all_the_way_down() -> None:
    def check(serializer: Any) -> None:
        assert isinstance(serializer, StrictSerializer)
        for field in serializer.fields.values():
            inner = getattr(field, "child", field)
            if hasattr(inner, "fields"):
                check(inner)
            else:
                assert type(inner).__module__.startswith("portal."), inner

    check(FacilityOfSync())
