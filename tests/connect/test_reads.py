"""Reading results, diagnoses, stock and blood: filters, pages, and what a token may see."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from portal.connect.datasets import forget
from portal.connect.models import BloodUnits, Dataset, Facility, LabResult, Patient, PatientIdentifier, StockItem
from portal.connect.synthetic import load_fixtures
from tests.callers import bearer
from tests.connect.test_patients import new_client

BASE = "/api/v1/connect"
LABS = f"{BASE}/patients/{{}}/lab-results"
NEXT = re.compile(r'<(.+)>; rel="next"')

pytestmark = pytest.mark.usefixtures("full_sandbox")


def pages(api: Client, url: str, query: dict[str, str] | None = None, **headers: Any) -> list[list[dict[str, Any]]]:
    """Return the items of every page, following the Link headers."""
    answer = api.get(url, query or {}, **headers)
    found = [answer.json()["items"]]
    while link := NEXT.fullmatch(answer.headers.get("Link", "")):
        address = urlsplit(link[1])
        answer = api.get(f"{address.path}?{address.query}", **headers)
        assert answer.status_code == 200, answer.content
        found.append(answer.json()["items"])
    return found


def test_results_come_newest_first_and_can_be_narrowed(api: Client) -> None:
    token = bearer(api)
    [everything] = pages(api, LABS.format("OPC-2024-DEMO1"), **token)
    assert [row["issued"] for row in everything] == sorted((row["issued"] for row in everything), reverse=True)
    assert {row["health_id"] for row in everything} == {"OPC-2024-DEMO1"}
    [since] = pages(api, LABS.format("OPC-2024-DEMO1"), {"since": "2025-06-01"}, **token)
    assert since
    assert len(since) < len(everything)
    assert min(row["issued"] for row in since) >= "2025-06-01"
    [one] = pages(api, LABS.format("opc-2024-demo1"), {"loinc": "718-7"}, **token)
    assert {row["loinc"] for row in one} == {"718-7"}
    assert len(one) == 2
    anaemic = one[-1]
    assert anaemic["value_quantity"]["unit"] == "g/dL"
    assert anaemic["value_quantity"]["value"] < anaemic["reference_range"]["low"]
    assert anaemic["interpretation"] == "L"


def test_pages_neither_repeat_nor_skip_even_where_many_have_the_same_moment(api: Client) -> None:
    patient = Patient.objects.get(health_id="OPC-2024-DEMO4")
    old = LabResult.objects.filter(patient=patient).first()
    assert old is not None
    LabResult.objects.bulk_create(
        LabResult(dataset=patient.dataset, patient=patient, loinc="718-7", issued=old.issued, body=old.body)
        for _ in range(120)
    )
    token = bearer(api)
    found = pages(api, LABS.format("OPC-2024-DEMO4"), {"loinc": "718-7"}, **token)
    assert [len(page) for page in found] == [50, 50, 21]
    stock = [row for page in pages(api, f"{BASE}/pharmacy/stock", **token) for row in page]
    assert len(stock) == StockItem.objects.count()
    assert len({(row["facility"]["code"], row["atc"]) for row in stock}) == len(stock)


def test_diagnoses_are_those_of_the_patient(api: Client) -> None:
    answer = api.get(f"{BASE}/patients/OPC-2024-DEMO3/diagnostics", **bearer(api))
    assert [row["icd10"] for row in answer.json()["items"]] == ["D57.0", "D57.1"]
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["ETag"]


def test_stock_is_found_by_name_code_pharmacy_and_nearness(api: Client) -> None:
    token = bearer(api)
    named = [row for page in pages(api, f"{BASE}/pharmacy/stock", {"q": "ARTEMETHER"}, **token) for row in page]
    assert {row["atc"] for row in named} == {"P01BF01"}
    query = {"atc": "P01BF01", "near": "-1.2921,36.8219"}
    [near] = pages(api, f"{BASE}/pharmacy/stock", query, **token)
    assert {row["facility"]["code"] for row in near} == {"KE-NBO-P1", "KE-NBO-P2"}
    assert [row["distance_km"] for row in near] == sorted(row["distance_km"] for row in near)
    assert all(row["distance_km"] < 10 for row in near)
    many = pages(api, f"{BASE}/pharmacy/stock", {"near": "-1.2921,36.8219"}, **token)
    assert len(many) == 2
    assert len({(row["facility"]["code"], row["atc"]) for page in many for row in page}) == sum(map(len, many))


def test_blood_is_found_by_group_component_and_region(api: Client) -> None:
    query = {"abo": "O", "rh": "negative", "component": "red-cells", "region": "KE-30"}
    [[row]] = pages(api, f"{BASE}/blood/inventory", query, **bearer(api))
    assert row["facility"]["code"] == "KE-NBO-B1"
    assert (
        row["units"]
        < BloodUnits.objects.get(facility__code="KE-NBO-B1", abo="O", rh="positive", component="red-cells").units
    )


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("patients/OPC-2024-DEMO1/lab-results", "since=yesterday", "?since"),
        ("patients/OPC-2024-DEMO1/lab-results", "since=2025-13-01", "?since"),
        ("patients/OPC-2024-DEMO1/lab-results", "since=0001-01-01T00:00:00%2B23:59", "?since"),
        ("patients/OPC-2024-DEMO1/lab-results", "loinc=718-8", "?loinc"),
        ("patients/OPC-2024-DEMO1/lab-results", "cursor=x", "?cursor"),
        ("patients/OPC-2024-DEMO1/lab-results", "cursor=%C3%A9", "?cursor"),
        ("patients/OPC-2024-DEMO1/lab-results", "cursor=WzEsMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwXQ", "?cursor"),
        ("patients/OPC-2024-DEMO1/lab-results", "cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OSwxXQ", "?cursor"),
        ("patients/OPC-2024-DEMO1/lab-results", "page=2", "?page"),
        ("patients/OPC-2024-DEMO1/diagnostics", "since=2025-01-01", "?since"),
        ("pharmacy/stock", "q=a", "?q"),
        ("pharmacy/stock", "q=a%00b", "?q"),
        ("pharmacy/stock", "atc=P01", "?atc"),
        ("pharmacy/stock", "facility=%00", "?facility"),
        ("pharmacy/stock", "near=Nairobi", "?near"),
        ("pharmacy/stock", "near=91,0", "?near"),
        ("pharmacy/stock", "cursor=WyJcdTAwMDAiLDFd", "?cursor"),
        ("blood/inventory", "rh=%2B", "?rh"),
        ("blood/inventory", "abo=0", "?abo"),
        ("blood/inventory", "region=Nairobi", "?region"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(api: Client, path: str, query: str, pointer: str) -> None:
    answer = api.get(f"{BASE}/{path}?{query}", **bearer(api))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter"), answer.content
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_an_unknown_patient_is_404_and_a_patient_without_results_an_empty_page(api: Client) -> None:
    token = bearer(api)
    assert api.get(LABS.format("OPC-2024-DEMO99"), **token).status_code == 404
    assert api.get(LABS.format("OPC-2024-DEMO1"), {"since": "2030-01-01"}, **token).json() == {"items": []}


def test_an_applications_own_rows_are_seen_by_it_alone_and_its_facility_stands_for_the_shared_one(api: Client) -> None:
    scopes = ["patient:read", "pharmacy:stock:read", "lab:results:read"]
    first, second = new_client("sandbox", scopes), new_client("sandbox", scopes)
    from portal.applications.models import Client as OAuthClient

    application = OAuthClient.objects.get(client_id=first["client_id"]).application
    own = Dataset.objects.create(kind=Dataset.APPLICATION, application=application)
    forget()
    patient = Patient.objects.get(health_id="OPC-2024-DEMO5")
    LabResult.objects.create(
        dataset=own, patient=patient, loinc="718-7", issued="2025-12-30T08:00:00Z", body={"loinc": "718-7"}
    )
    shared = Facility.objects.get(code="KE-NBO-P1")
    mine = Facility.objects.create(
        dataset=own, code=shared.code, name="Mine", kind="pharmacy", country="KE", as_of=shared.as_of
    )
    StockItem.objects.create(
        facility=mine, atc="P01BF01", display="artemether and lumefantrine", unit="tablet", quantity=7, as_of=mine.as_of
    )
    mine_token, other = bearer(api, **first), bearer(api, **second)
    url = LABS.format("OPC-2024-DEMO5")
    assert len(api.get(url, **mine_token).json()["items"]) == len(api.get(url, **other).json()["items"]) + 1
    query = {"facility": "KE-NBO-P1"}
    assert [row["quantity"] for row in api.get(f"{BASE}/pharmacy/stock", query, **mine_token).json()["items"]] == [7]
    assert len(api.get(f"{BASE}/pharmacy/stock", query, **other).json()["items"]) > 10


def test_loading_again_changes_nothing_and_brings_an_older_database_up_to_date(api: Client) -> None:
    before = LabResult.objects.count(), StockItem.objects.count(), BloodUnits.objects.count(), Facility.objects.count()
    dataset = load_fixtures()
    ids = set(LabResult.objects.values_list("public_id", flat=True))
    dataset.contents = "older"
    dataset.save()
    LabResult.objects.filter(patient=Patient.objects.get(health_id="OPC-2024-DEMO1")).delete()
    Facility.objects.filter(code="KE-NBO-H1").update(name="Old name")
    PatientIdentifier.objects.update(verified=False)
    load_fixtures()
    assert not PatientIdentifier.objects.filter(verified=False).exists()
    assert set(LabResult.objects.values_list("public_id", flat=True)) == ids
    assert Facility.objects.get(code="KE-NBO-H1").name != "Old name"
    after = LabResult.objects.count(), StockItem.objects.count(), BloodUnits.objects.count(), Facility.objects.count()
    assert before == after
