"""What a call means, and which calls are refused before a reader meets them."""

import datetime
import math
from typing import Any

import pytest

from portal.samples.calls import Call, CallError, resolve
from portal.samples.languages import samples
from tests.samples.published import SEARCH, TOKEN

BASE = "https://opescare.test/api/v1"


def test_a_body_is_what_is_no_parameter() -> None:
    request = resolve(TOKEN, BASE)
    assert (request.method, request.url, request.query) == ("POST", f"{BASE}/connect/auth/token", ())
    assert request.json == TOKEN.arguments
    assert not request.needs_token


def test_a_query_stands_beside_the_url_and_in_the_address() -> None:
    request = resolve(SEARCH, f"{BASE}/")
    assert (request.method, request.url) == ("GET", f"{BASE}/connect/patient/search")
    assert request.query == (("health_id", "OPC-2024-DEMO1"),)
    assert request.address == f"{BASE}/connect/patient/search?health_id=OPC-2024-DEMO1"
    assert request.body is None
    assert request.needs_token


def test_a_path_parameter_is_filled_in_and_encoded() -> None:
    request = resolve(Call("getPatient", {"health_id": "a/b?c {health_id} é"}), BASE)
    assert request.url == f"{BASE}/connect/patients/a%2Fb%3Fc%20%7Bhealth_id%7D%20%C3%A9"
    assert request.query == ()


@pytest.mark.parametrize(
    ("operation_id", "arguments", "message"),
    [
        ("findPatient", {}, "no operation 'findPatient'; there are .*searchPatient"),
        ("searchPatient", {}, "searchPatient needs the argument 'health_id'"),
        ("searchPatient", {"health_id": "x", "name": "y"}, "has no argument 'name'; it takes health_id"),
        ("createToken", {"client_id": "x"}, "createToken needs the argument 'grant_type'"),
        ("createToken", {"grant_type": "x", "secret": "y"}, "no argument 'secret'; it takes grant_type, client_id"),
        ("searchPatient", {"health_id": None}, "health_id: only text, a number"),
        ("searchPatient", {"health_id": ["x"]}, "health_id: only text, a number"),
        ("getPatient", {"health_id": ".."}, "health_id: '..' cannot stand in a path"),
        ("getPatient", {"health_id": ""}, "health_id: '' cannot stand in a path"),
    ],
)
def test_a_call_that_does_not_fit_is_refused(operation_id: str, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(CallError, match=message):
        resolve(Call(operation_id, arguments), BASE)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (datetime.date(1990, 1, 1), r"identifier\.value\[0\]: JSON has no date; put it in quotes"),
        ({1: "x"}, r"identifier\.value\[0\]: 1 is no name of a field"),
        (math.nan, "JSON has no nan"),
        (-math.inf, "JSON has no -inf"),
        (2**53, "9007199254740992 loses digits on its way; send it as text"),
        ("\ud800", "half of a surrogate pair"),
        ({"\udfff": 1}, "half of a surrogate pair"),
    ],
)
def test_a_value_that_cannot_travel_is_refused_with_its_place(value: object, message: str) -> None:
    with pytest.raises(CallError, match=message):
        resolve(Call("searchPatientByIdentifier", {"identifier": {"value": [value]}}), BASE)


def test_names_are_declared_once_on_a_page() -> None:
    by_number = Call("searchPatientByIdentifier", {"identifier": {"system": "urn:x", "value": "1"}})
    page = [TOKEN, SEARCH, by_number, TOKEN, SEARCH]
    answers = [samples(call, BASE, after=page[:index])[2].answer for index, call in enumerate(page)]
    assert answers == ["access_token", "patient", "patient2", "access_token2", "patient3"]
    last = samples(SEARCH, BASE, after=page[:4])
    assert "Bearer {access_token}" in last[0].text
    assert all("oken2" in sample.text for sample in last[1:])
