"""From demographics to a Health ID: matched, created, or somebody must look."""

import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.applications.published import DEMO_PRODUCTION_CLIENT, DEMO_SANDBOX_CLIENT, PublishedClient
from portal.audit.calls import patient_hash
from portal.audit.models import ApiCall
from portal.connect import health_ids
from portal.connect.models import BlockingKey, Dataset, LocalLink, MatchReview, Patient
from portal.connect.register import file_missing
from portal.connect.resolving import _new_health_id
from portal.management.published import ensure_client
from tests.callers import bearer
from tests.cast import BY_TEST
from tests.connect.test_patients import READ_URL, new_client

RESOLVE_URL = "/api/v1/connect/patients/resolve"
NEW = {
    "source": "his",
    "local_number": "MRN-1",
    "given_name": "Chinwe",
    "family_name": "Nwachukwu",
    "sex": "female",
    "birth_date": "1988-02-29",
    "phone": "+2348035550113",
}
AMINA = {
    "source": "his",
    "local_number": "MRN-2",
    "given_name": "Amina",
    "family_name": "Okafor",
    "sex": "female",
    "birth_date": "1990-04-12",
}
NIN = {"system": "urn:opescare:id:ng-nin", "value": "48211907653"}
TRIPLET = {
    "source": "his",
    "local_number": "MRN-3",
    "given_name": "Aya",
    "family_name": "N'Guessan",
    "sex": "female",
    "birth_date": "2019-09-18",
    "phone": "+2250700000004",
}


def caller(api: Client, published: PublishedClient = DEMO_SANDBOX_CLIENT) -> dict[str, Any]:
    """Return the headers of a client that may resolve."""
    ensure_client(BY_TEST, published)
    return bearer(api, client_id=published.client_id, client_secret=published.client_secret)


@pytest.fixture
def desk(api: Client) -> dict[str, Any]:
    file_missing(Dataset.objects.get(kind="fixtures"))
    return caller(api)


def own_links() -> QuerySet[LocalLink]:
    """Return the links that are no fixtures."""
    return LocalLink.objects.filter(dataset__kind="application")


def post(api: Client, desk: dict[str, Any], body: dict[str, Any]) -> Any:
    return api.post(RESOLVE_URL, body, content_type="application/json", **desk)


def test_somebody_new_gets_a_health_id_of_this_year_and_can_be_read(api: Client, desk: dict[str, Any]) -> None:
    answer = post(api, desk, NEW)
    assert answer.status_code == 201
    health_id = answer.json()["health_id"]
    assert answer.json() == {"outcome": "created", "health_id": health_id, "match": None, "review_id": None}
    assert health_ids.parse(health_id) == health_id
    assert not health_id.startswith("OPC-2024")
    read = api.get(READ_URL.format(health_id), **desk).json()
    assert (read["given_name"], read["birth_date"], read["country"]) == ("Chinwe", "1988-02-29", "KE")
    assert ApiCall.objects.filter(operation="resolvePatient", patient=patient_hash(health_id), status=201).count() == 1


def test_the_same_local_number_is_the_same_person_even_after_marriage(api: Client, desk: dict[str, Any]) -> None:
    first = post(api, desk, NEW).json()
    again = post(api, desk, {**NEW, "family_name": "Balogun", "phone": ""})
    assert again.status_code == 200
    assert again.json()["health_id"] == first["health_id"]
    assert again.json()["match"] == {
        "method": "local_number",
        "grade": "certain",
        "score": 1.0,
        "agreeing_fields": ["given_name", "birth_date", "sex"],
    }


def test_the_same_person_at_another_desk_is_the_same_health_id(api: Client, desk: dict[str, Any]) -> None:
    first = post(api, desk, NEW).json()
    elsewhere = {**NEW, "source": "lims", "local_number": "7", "given_name": "NWACHUKWU", "family_name": "chinwe"}
    again = post(api, desk, elsewhere)
    assert (again.status_code, again.json()["health_id"]) == (200, first["health_id"])
    assert again.json()["match"]["method"] == "demographics"
    assert again.json()["match"]["grade"] == "probable"
    assert Patient.objects.filter(dataset__kind="application").count() == 1
    assert own_links().count() == 2


def test_a_fixture_is_matched_and_the_link_stays_in_the_own_dataset(api: Client, desk: dict[str, Any]) -> None:
    answer = post(api, desk, {**AMINA, "phone": "+2348030000001"})
    assert (answer.status_code, answer.json()["health_id"]) == (200, "OPC-2024-DEMO1")
    link = own_links().get()
    assert (link.dataset.kind, link.patient.dataset.kind) == ("application", "fixtures")


def test_a_verified_national_number_is_certain_and_an_unverified_one_is_not(api: Client, desk: dict[str, Any]) -> None:
    married = {**AMINA, "family_name": "Balogun"}
    claimed = post(api, desk, {**married, "identifiers": [NIN]})
    assert (claimed.status_code, claimed.json()["code"]) == (409, "ambiguous_match")
    shown = post(api, desk, {**married, "identifiers": [{**NIN, "verified": True}]})
    assert (shown.status_code, shown.json()["health_id"]) == (200, "OPC-2024-DEMO1")
    assert (shown.json()["match"]["method"], shown.json()["match"]["grade"]) == ("identifier", "certain")


def test_another_number_in_the_same_register_is_another_person(api: Client, desk: dict[str, Any]) -> None:
    answer = post(api, desk, {**AMINA, "identifiers": [{**NIN, "value": "99999999999", "verified": True}]})
    assert answer.status_code == 409
    assert answer.json()["candidates"][0]["health_id"] == "OPC-2024-DEMO1"


def test_several_plausible_are_named_without_anything_personal(api: Client, desk: dict[str, Any]) -> None:
    answer = post(api, desk, TRIPLET)
    assert (answer.status_code, answer.json()["code"]) == (409, "ambiguous_match")
    fields = ["family_name", "birth_date", "sex", "phone"]
    assert {candidate["health_id"] for candidate in answer.json()["candidates"]} == {"OPC-2024-DEMO4", "OPC-2024-DEMO5"}
    for candidate in answer.json()["candidates"]:
        assert candidate["grade"] == "possible"
        assert candidate["agreeing_fields"] == fields
    for personal in ("Aya", "Awa", "Adjoua", "Guessan", "2019-09", "0700000004", "MRN-3"):
        assert personal not in answer.content.decode()
    assert not own_links().exists()
    assert not Dataset.objects.filter(kind="application").exists(), "nothing was written"
    row = ApiCall.objects.order_by("-pk").first()
    assert (row.operation, row.status, row.error_code) == ("resolvePatient", 409, "ambiguous_match")  # type: ignore[union-attr]


def test_provisional_creates_at_once_and_queues_one_review(api: Client, desk: dict[str, Any]) -> None:
    body = {**TRIPLET, "on_ambiguous": "provisional"}
    answer = post(api, desk, body)
    assert (answer.status_code, answer.json()["outcome"]) == (201, "provisional")
    review = MatchReview.objects.get()
    assert str(review.public_id) == answer.json()["review_id"]
    assert review.patient.health_id == answer.json()["health_id"]
    assert [candidate["health_id"] for candidate in review.candidates] == ["OPC-2024-DEMO4", "OPC-2024-DEMO5"]
    again = post(api, desk, body)
    assert (again.status_code, again.json()["health_id"]) == (200, answer.json()["health_id"])
    assert MatchReview.objects.count() == 1


def test_a_reused_number_is_never_linked_silently(api: Client, desk: dict[str, Any]) -> None:
    first = post(api, desk, NEW).json()
    other = {
        **NEW,
        "given_name": "Baraka",
        "family_name": "Shayo",
        "sex": "male",
        "birth_date": "2014-07-05",
        "phone": "",
    }
    refused = post(api, desk, other)
    assert (refused.status_code, refused.json()["code"]) == (409, "local_number_reused")
    assert [candidate["health_id"] for candidate in refused.json()["candidates"]] == [first["health_id"]]
    moved = post(api, desk, {**other, "on_ambiguous": "provisional"})
    assert (moved.status_code, moved.json()["outcome"]) == (201, "provisional")
    assert moved.json()["health_id"] != first["health_id"]
    assert MatchReview.objects.get().kind == "reused_number"
    assert post(api, desk, other).json()["health_id"] == moved.json()["health_id"]
    assert own_links().filter(ended_at=None).count() == 1
    assert own_links().count() == 2


@pytest.mark.parametrize("changes", [{}, {"family_name": "Shayo"}, {"family_name": "Shayo", "sex": "unknown"}])
def test_a_number_that_goes_to_somebody_of_the_same_sex_is_reused_too(
    api: Client, desk: dict[str, Any], changes: dict[str, str]
) -> None:
    post(api, desk, NEW)
    other = {**NEW, "given_name": "Halima", "birth_date": "2014-07-05", "phone": "", **changes}
    refused = post(api, desk, other)
    assert (refused.status_code, refused.json()["code"]) == (409, "local_number_reused")


def test_a_marriage_and_a_corrected_date_are_no_reused_number(api: Client, desk: dict[str, Any]) -> None:
    first = post(api, desk, NEW).json()
    again = post(api, desk, {**NEW, "family_name": "Balogun", "birth_date": "1960-05-05"})
    assert again.json()["health_id"] == first["health_id"]


def test_two_contradictions_are_no_reused_number(api: Client, desk: dict[str, Any]) -> None:
    first = post(api, desk, NEW).json()
    mistyped = post(api, desk, {**NEW, "sex": "male", "birth_date": "1960-05-05"})
    assert mistyped.json()["health_id"] == first["health_id"]


def test_organisations_and_environments_have_numbers_of_their_own(api: Client, desk: dict[str, Any]) -> None:
    mine = post(api, desk, NEW).json()["health_id"]
    stranger = bearer(api, **new_client("sandbox", ["health_id:verify", "patient:read"]))
    theirs = post(api, stranger, NEW)
    assert theirs.status_code == 201
    assert theirs.json()["health_id"] != mine
    assert api.get(READ_URL.format(mine), **stranger).status_code == 404
    production = caller(api, DEMO_PRODUCTION_CLIENT)
    real = post(api, production, {**AMINA, "phone": "+2348030000001"})
    assert (real.status_code, real.json()["outcome"]) == (201, "created"), "production knows no fixtures"
    assert Patient.objects.get(health_id=real.json()["health_id"]).dataset.kind == "production"


def test_a_token_without_the_scope_is_refused(api: Client) -> None:
    answer = post(api, bearer(api), NEW)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert 'scope="health_id:verify"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"source": ""}, "/source"),
        ({"given_name": "\ufdfa" * 100}, "/given_name"),
        ({"family_name": " ".join("abcdefghijklm")}, "/family_name"),
        ({"local_number": 17}, "/local_number"),
        ({"local_number": "a\nb"}, "/local_number"),
        ({"given_name": "---"}, "/given_name"),
        ({"given_name": "Chin\u0007we"}, "/given_name"),
        ({"family_name": None}, "/family_name"),
        ({"sex": "f"}, "/sex"),
        ({"sex": ["female"]}, "/sex"),
        ({"birth_date": "1988-2-9"}, "/birth_date"),
        ({"birth_date": "1987-02-29"}, "/birth_date"),
        ({"birth_date": "2999-01-01"}, "/birth_date"),
        ({"birth_date": "1899-12-31"}, "/birth_date"),
        ({"birth_date": 19880229}, "/birth_date"),
        ({"birth_date": "1988-02-29T00:00:00Z"}, "/birth_date"),
        ({"birth_date_estimated": "true"}, "/birth_date_estimated"),
        ({"birth_date_estimated": 1}, "/birth_date_estimated"),
        ({"phone": "08035550113"}, "/phone"),
        ({"phone": "+234 803 555 0113"}, "/phone"),
        ({"country": "XX"}, "/country"),
        ({"country": "Kenya"}, "/country"),
        ({"identifiers": {}}, "/identifiers"),
        ({"identifiers": [{"system": "urn:x"}]}, "/identifiers/0/value"),
        ({"identifiers": [{**NIN, "verified": "yes"}]}, "/identifiers/0/verified"),
        ({"identifiers": [{**NIN, "use": "official"}]}, "/identifiers/0/use"),
        ({"identifiers": [{**NIN, "value": str(n)} for n in range(11)]}, "/identifiers"),
        ({"on_ambiguous": "create"}, "/on_ambiguous"),
        ({"middle_name": "Ada"}, "/middle_name"),
    ],
)
def test_a_wrong_body_is_told_where_and_stores_nothing(
    api: Client, desk: dict[str, Any], changes: dict[str, Any], pointer: str
) -> None:
    answer = post(api, desk, {**NEW, **changes})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {pointer}
    assert not re.search("Chinwe|Nwachukwu|0803555|48211907653", answer.content.decode())
    assert not Patient.objects.exclude(dataset__kind="fixtures").exists()


@pytest.mark.usefixtures("full_sandbox")
def test_fixtures_are_filed_under_their_keys() -> None:
    assert not Patient.objects.filter(keys__isnull=True).exists()


def test_a_health_id_that_somebody_has_is_not_given_again(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([7, 7, 8])
    monkeypatch.setattr("portal.connect.resolving.secrets.randbelow", lambda _: next(numbers))
    taken = _new_health_id()
    Patient.objects.filter(health_id="OPC-2024-DEMO2").update(health_id=taken)
    assert _new_health_id() != taken


def test_people_are_found_by_index(api: Client, desk: dict[str, Any]) -> None:
    post(api, desk, NEW)
    BlockingKey.objects.bulk_create(
        BlockingKey(dataset_id=patient.dataset_id, patient=patient, key=f"x:{number}")
        for patient in Patient.objects.all()[:20]
        for number in range(200)
    )
    with CaptureQueriesContext(connection) as captured:
        assert post(api, desk, {**NEW, "source": "lims"}).status_code == 200
    selects = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
    assert len(selects) <= 12
    if connection.vendor == "sqlite":
        for sql in selects:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                plan = " ".join(str(row[3]) for row in cursor.fetchall())
            assert not re.search(r"SCAN connect_(patient|blockingkey|locallink|patientidentifier)\b", plan), (sql, plan)
