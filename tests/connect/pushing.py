"""Bodies to push, and a client that may."""

from typing import Any

from django.test import Client

from portal.applications.actions import set_facilities
from portal.applications.models import Application
from portal.applications.models import Client as OAuthClient
from tests.callers import bearer
from tests.connect.test_patients import BY, new_client

BASE = "/api/v1/connect"
ALL = ["patient:read", "pharmacy:stock:read", "blood:inventory:read", "encounter:push", "lab:push",
       "prescription:push", "facility:sync", "health_id:verify"]  # fmt: skip


def encounter(**changes: Any) -> dict[str, Any]:
    return {
        "health_id": "OPC-2024-DEMO1",
        "facility_code": "NG-LOS-H1",
        "source_id": "V1",
        "source_version": 1,
        "status": "finished",
        "class": "AMB",
        "period": {"start": "2025-12-22T09:00:00+01:00", "end": "2025-12-22T10:00:00+01:00"},
        "diagnoses": [{"icd10": "B50.9", "rank": 1}, {"local_code": {"system": "urn:x", "code": "T1"}, "rank": 2}],
        "practitioner": {"id": "7", "name": "Dr Nwosu"},
        **changes,
    }


def report(**changes: Any) -> dict[str, Any]:
    return {
        "health_id": "OPC-2024-DEMO1",
        "facility_code": "NG-LOS-H1",
        "source_id": "L1",
        "source_version": 1,
        "status": "final",
        "panel_loinc": "58410-2",
        "specimen": "blood",
        "collected": "2025-12-22T09:10:00Z",
        "issued": "2025-12-22T11:00:00Z",
        "results": [
            {"loinc": "718-7", "value_quantity": {"value": 9.5, "unit": "g/dL"}, "reference_range": {"low": 12},
             "interpretation": "L"},
            {"local_code": {"system": "urn:x", "code": "MP", "display": "Parasites"}, "value_string": "seen"},
        ],
        **changes,
    }  # fmt: skip


def prescription(**changes: Any) -> dict[str, Any]:
    return {
        "health_id": "OPC-2024-DEMO1",
        "facility_code": "NG-LOS-H1",
        "source_id": "P1",
        "source_version": 1,
        "status": "active",
        "intent": "order",
        "atc": "P01BF01",
        "dose": {"value": 4, "unit": "{tablet}"},
        "route": "oral",
        "frequency": "twice daily for 3 days",
        **changes,
    }


def hospital(**changes: Any) -> dict[str, Any]:
    return {
        "as_of": "2026-01-05T07:30:00+01:00",
        "name": "Baobab Teaching Hospital Lagos",
        "kind": "hospital",
        "country": "NG",
        "region": "NG-LA",
        "latitude": 6.5012,
        "longitude": 3.3561,
        "services": ["emergency", "maternity"],
        "stock": [
            {"atc": "P01BF01", "display": "artemether and lumefantrine", "form": "tablet", "unit": "tablet",
             "quantity": 1840},
            {"local_code": {"system": "urn:x", "code": "G1"}, "display": "Gloves", "unit": "pair", "quantity": 0},
        ],
        "blood": [{"component": "red-cells", "abo": "O", "rh": "negative", "units": 6}],
        **changes,
    }  # fmt: skip


BODIES = {"encounters": encounter, "lab-results": report, "prescriptions": prescription}


class Pusher:
    """A client of its own application, with every scope."""

    def __init__(
        self,
        api: Client,
        environment: str = "sandbox",
        scopes: list[str] | None = None,
        facilities: tuple[str, ...] = ("NG-LOS-H1",),
        application: Application | None = None,
    ) -> None:
        self.api = api
        fit = [scope for scope in ALL if environment == "sandbox" or (":stock:" not in scope and "blood" not in scope)]
        self.credentials = new_client(environment, scopes or fit, application)
        if environment == "production":
            self.grant(*facilities)
        self.token = bearer(api, **self.credentials)["headers"]

    @property
    def client(self) -> OAuthClient:
        return OAuthClient.objects.get(client_id=self.credentials["client_id"])

    def grant(self, *facilities: str) -> None:
        """Name the facilities that a production client may send data for."""
        set_facilities(by=BY, client=self.client, facilities=facilities)

    def push(self, kind: str, body: Any, **headers: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.post(
            f"{BASE}/records/{kind}", body, content_type="application/json", headers={**self.token, **headers}
        )

    def get(self, path: str, **headers: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.get(f"{BASE}/{path}", headers={**self.token, **headers})

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.api.post(f"{BASE}/{path}", body, content_type="application/json", headers={**self.token, **headers})

    def put(self, path: str, body: Any, **headers: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.put(f"{BASE}/{path}", body, content_type="application/json", headers={**self.token, **headers})
