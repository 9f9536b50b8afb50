"""Finding and reading patients: what a token may see, and what a wrong question is answered."""

from typing import Any

import pytest
from django.test import Client

from portal.applications import actions
from portal.applications.models import Application
from portal.applications.models import Client as OAuthClient
from portal.audit.actions import Actor
from portal.connect import datasets
from portal.connect.models import Dataset, LocalLink, Patient, PatientIdentifier
from portal.connect.synthetic import load_people, people
from tests.callers import SEARCH_URL, bearer

READ_URL = "/api/v1/connect/patients/{}"
BY = Actor.operator("test")
NIN = {"system": "urn:opescare:id:ng-nin", "value": "48211907653"}


def new_client(environment: str, scopes: list[str], application: Application | None = None) -> dict[str, str]:
    """Create a client of its own application and return its credentials."""
    if application is None:
        owner = OAuthClient.objects.get(client_id="demo_dev_sandbox").application.organisation
        application = actions.create_application(by=BY, organisation=owner, name="Other")
    client = actions.create_client(by=BY, application=application, environment=environment, scopes=scopes)  # type: ignore[arg-type]
    return {"client_id": client.client_id, "client_secret": actions.add_secret(by=BY, client=client)}


def copy_of_demo(dataset: Dataset, **changes: Any) -> Patient:
    """Put a patient with the demo's Health ID into another dataset."""
    patient = Patient.objects.get(health_id="OPC-2024-DEMO1", dataset__kind="fixtures")
    for name, value in {"pk": None, "dataset": dataset, **changes}.items():
        setattr(patient, name, value)
    patient._state.adding = True
    patient.save()
    datasets.forget()
    return patient


def test_search_read_and_identifier_find_the_same_patient(api: Client) -> None:
    token = bearer(api)
    found = api.get(SEARCH_URL, {"health_id": "opc-2024-demo1"}, **token)
    read = api.get(READ_URL.format("OPC-2024-DEMO1"), **token)
    by_number = api.post(SEARCH_URL, {"identifier": NIN}, content_type="application/json", **token)
    assert found.status_code == read.status_code == by_number.status_code == 200
    assert found.json() == read.json() == by_number.json()
    assert found.json()["given_name"] == "Amina"
    assert found.json()["identifiers"] == [NIN]


def test_both_mounts_answer(api: Client) -> None:
    answer = api.get("/v1/connect/patients/OPC-2024-DEMO1", **bearer(api))
    assert answer.json()["family_name"] == "Okafor"


def test_an_etag_that_still_fits_is_answered_with_304(api: Client) -> None:
    token = bearer(api)
    first = api.get(READ_URL.format("OPC-2024-DEMO2"), **token)
    assert first["Cache-Control"] == "private, no-cache"
    again = api.get(READ_URL.format("OPC-2024-DEMO2"), HTTP_IF_NONE_MATCH=first["ETag"], **token)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("query", "status", "code", "pointer"),
    [
        ("", 400, "invalid_parameter", "?health_id"),
        ("?health_id=", 400, "invalid_parameter", "?health_id"),
        ("?health_id=OPC-2024-DEMO1&health_id=OPC-2024-DEMO2", 400, "invalid_parameter", "?health_id"),
        ("?health_id=OPC-2024-DEMO1&name=Amina", 400, "invalid_parameter", "?name"),
        ("?health_id=OPC-2024-DEMO1&Amina%20Okafor=1", 400, "invalid_parameter", "?"),
        ("?health_id=OPC-2024-7K3M9Q2X", 400, "invalid_health_id", "?health_id"),
        ("?health_id=%00", 400, "invalid_health_id", "?health_id"),
        ("?health_id=OPC-2024-DEMO99", 404, "not_found", None),
    ],
)
def test_a_wrong_search_is_told_what_is_wrong(
    api: Client, query: str, status: int, code: str, pointer: str | None
) -> None:
    answer = api.get(SEARCH_URL + query, **bearer(api))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ([] if pointer is None else [pointer])
    assert "Amina" not in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/identifier"}),
        ({"identifier": {}}, {"/identifier/system", "/identifier/value"}),
        ({"identifier": {**NIN, "value": 48211907653}}, {"/identifier/value"}),
        ({"identifier": {**NIN, "value": True}}, {"/identifier/value"}),
        ({"identifier": {**NIN, "value": None}}, {"/identifier/value"}),
        ({"identifier": {**NIN, "value": "a\x00b"}}, {"/identifier/value"}),
        ({"identifier": {**NIN, "valeu": "x"}}, {"/identifier/valeu"}),
        ({"identifier": NIN, "name": "Amina"}, {"/name"}),
        ({"identifier": [NIN]}, {"/identifier"}),
        ({"identifier": "48211907653"}, {"/identifier"}),
    ],
)
def test_a_wrong_body_is_told_where(api: Client, body: object, pointers: set[str]) -> None:
    answer = api.post(SEARCH_URL, body, content_type="application/json", **bearer(api))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
    assert {fault["pointer"] for fault in answer.json()["errors"]} == pointers
    assert "48211907653" not in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_body"),
        (b"[]", "application/json", 400, "malformed_body"),
        (b"\xff", "application/json", 400, "malformed_body"),
        (b'{"identifier": 1, "identifier": 2}', "application/json", 400, "malformed_body"),
        (b"[" * 100_000, "application/json", 400, "malformed_body"),
        (b" " * 300_000, "application/json", 413, "body_too_large"),
        (b"identifier=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
    ],
)
def test_an_unreadable_body_is_refused(api: Client, body: bytes, content_type: str, status: int, code: str) -> None:
    answer = api.post(SEARCH_URL, body, content_type=content_type, **bearer(api))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_other_methods_are_refused_with_those_that_exist(api: Client) -> None:
    answer = api.put(READ_URL.format("OPC-2024-DEMO1"), {}, content_type="application/json", **bearer(api))
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_a_token_without_the_scope_is_told_which_are_needed(api: Client) -> None:
    answer = api.get(SEARCH_URL, {"health_id": "OPC-2024-DEMO1"}, **bearer(api, scope="pharmacy:stock:read"))
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert 'scope="patient:profile:read patient:read"' in answer["WWW-Authenticate"]
    assert "patient:profile:read or patient:read" in answer.json()["detail"]


def test_an_application_sees_its_own_row_first_and_no_other_applications(api: Client) -> None:
    credentials = new_client("sandbox", ["patient:read"])
    application = OAuthClient.objects.get(client_id=credentials["client_id"]).application
    own = Dataset.objects.create(kind=Dataset.APPLICATION, application=application)
    copy_of_demo(own, given_name="Own")
    Patient.objects.create(
        dataset=own, health_id="OPC-2024-DEMO98", given_name="Own", family_name="Only", sex="other",
        birth_date="2000-01-01", country="KE",
    )  # fmt: skip
    owner, stranger = bearer(api, **credentials), bearer(api)
    assert api.get(READ_URL.format("OPC-2024-DEMO1"), **owner).json()["given_name"] == "Own"
    assert api.get(READ_URL.format("OPC-2024-DEMO98"), **owner).status_code == 200
    assert api.get(READ_URL.format("OPC-2024-DEMO1"), **stranger).json()["given_name"] == "Amina"
    assert api.get(READ_URL.format("OPC-2024-DEMO98"), **stranger).status_code == 404


def test_production_and_sandbox_see_nothing_of_each_other(api: Client) -> None:
    production = Dataset.objects.create(kind=Dataset.PRODUCTION)
    patient = copy_of_demo(production, health_id="OPC-2024-DEMO97", given_name="Real")
    credentials = new_client("production", ["patient:read"])
    organisation = OAuthClient.objects.get(client_id=credentials["client_id"]).application.organisation
    LocalLink.objects.create(dataset=production, organisation=organisation, local_number="1", patient=patient)
    live = bearer(api, **credentials)
    assert api.get(READ_URL.format("OPC-2024-DEMO97"), **live).json()["given_name"] == "Real"
    assert api.get(READ_URL.format("OPC-2024-DEMO1"), **live).status_code == 404
    assert api.get(READ_URL.format("OPC-2024-DEMO97"), **bearer(api)).status_code == 404


def test_an_identifier_that_two_patients_carry_is_not_guessed(api: Client) -> None:
    other = Patient.objects.get(health_id="OPC-2024-DEMO2")
    PatientIdentifier.objects.create(patient=other, **NIN)
    answer = api.post(SEARCH_URL, {"identifier": NIN}, content_type="application/json", **bearer(api))
    assert (answer.status_code, answer.json()["code"]) == (409, "ambiguous_identifier")


@pytest.mark.django_db
def test_fixtures_are_the_same_every_time_and_never_doubled() -> None:
    assert list(people()) == list(people())
    load_people()
    Patient.objects.filter(health_id="OPC-2024-DEMO3").delete()
    dataset = load_people()
    assert dataset.patients.count() == len({person.health_id for person in people()}) == 500
