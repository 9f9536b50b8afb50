"""What the guide on Health ID resolution says that one meets, one meets."""

from typing import Any

import pytest
from django.test import Client

from portal.applications.published import DEMO_SANDBOX_CLIENT
from portal.connect.models import Dataset
from portal.connect.register import file_missing
from portal.management.published import ensure_client
from tests.callers import bearer
from tests.cast import BY_TEST

AMINA = {"given_name": "Amina", "family_name": "Okafor", "sex": "female", "birth_date": "1990-04-12"}
NIN = [{"system": "urn:opescare:id:ng-nin", "value": "48211907653", "verified": True}]
HALIMAT = {"given_name": "Halimat", "family_name": "Abubakr", "birth_date": "1985-03-14"}
FATOU = {"given_name": "Fatou", "family_name": "Diop", "birth_date": "1980-01-01", "birth_date_estimated": True}
REUSED = {"source": "demo-his", "local_number": "REUSED-1", "given_name": "Neema", "birth_date": "2014-07-05"}


@pytest.mark.parametrize(
    ("person", "answer"),
    [
        ({}, "demographics OPC-2024-DEMO1"),
        ({"given_name": "OKAFOR", "family_name": "amina"}, "demographics OPC-2024-DEMO1"),
        ({"family_name": "Bello", "identifiers": NIN}, "identifier OPC-2024-DEMO1"),
        ({"given_name": "Aminah"}, "demographics OPC-2024-DEMO1"),
        ({"given_name": "Aminata"}, "ambiguous_match OPC-2024-DEMO1"),
        ({"birth_date": "1990-04-13"}, "ambiguous_match OPC-2024-DEMO1"),
        ({"birth_date": "1990-04-13", "phone": "+2348030000001"}, "demographics OPC-2024-DEMO1"),
        ({"birth_date": "1990-12-04"}, "demographics OPC-2024-DEMO1"),
        ({"sex": "unknown"}, "ambiguous_match OPC-2024-DEMO1"),
        ({"identifiers": [{**NIN[0], "value": "48211907654"}]}, "ambiguous_match OPC-2024-DEMO1"),
        ({"given_name": "Blessing", "birth_date": "1993-01-20", "identifiers": NIN}, "created"),
        (HALIMAT, "demographics OPC-2024-DEMO11"),
        (FATOU, "ambiguous_match OPC-2024-DEMO13 OPC-2024-DEMO14"),
        ({**FATOU, "on_ambiguous": "provisional"}, "provisional"),
        (REUSED, "local_number_reused OPC-2024-DEMO15"),
        ({"given_name": "Zuberi", "family_name": "Lwanga"}, "created"),
    ],
)
def test_whom_to_send_to_meet_an_answer(api: Client, person: dict[str, Any], answer: str) -> None:
    file_missing(Dataset.objects.get(kind="fixtures"))
    published = ensure_client(BY_TEST, DEMO_SANDBOX_CLIENT).client_id
    headers = bearer(api, client_id=published, client_secret=DEMO_SANDBOX_CLIENT.client_secret)
    body = {"source": "his", "local_number": "new", **AMINA, **person}
    said = api.post("/api/v1/connect/patients/resolve", body, content_type="application/json", **headers).json()
    match said:
        case {"candidates": candidates}:
            found = [said["code"], *(one["health_id"] for one in candidates)]
        case {"match": {"method": method}}:
            found = [method, said["health_id"]]
        case _:
            found = [said["outcome"]]
    assert " ".join(found) == answer
