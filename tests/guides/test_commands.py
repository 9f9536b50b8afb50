"""The commands that guides about pushing print beside their samples: they do what the page says."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings

from portal.applications.published import DEMO_SANDBOX_CLIENT
from tests.guides.test_programs import SHELL, execute, programs
from tests.servers import Server, need

RECORDED: dict[str, dict[str, Any]] = json.loads(settings.RECORDINGS.read_text())


class Caller:
    """The client of the pages, its sandbox as empty as at first."""

    def __init__(self, live: Server) -> None:
        self.base_url = live.base_url
        client = {"client_id": DEMO_SANDBOX_CLIENT.client_id, "client_secret": DEMO_SANDBOX_CLIENT.client_secret}
        self.bearer: dict[str, str] = {}
        self.token = self.post("auth/token", {"grant_type": "client_credentials", **client})["access_token"]
        self.bearer = {"Authorization": f"Bearer {self.token}"}
        self.post("sandbox/reset", {})

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self.base_url}/connect/{path}", json=body, headers=self.bearer, timeout=30)
        answer.raise_for_status()
        answered: dict[str, Any] = answer.json()
        return answered

    def runs(self, folder: Path, slug: str, anchor: str, language: str, record_id: str = "") -> dict[str, Any]:
        """Run the first command below a heading, with the token and the id put in as the page says."""
        need("curl", "curl")
        command = programs(slug, anchor, language, **{"sandbox.base_url": self.base_url})[0]
        filled = command.replace("{access_token}", self.token).replace("/{id}", f"/{record_id}")
        said: dict[str, Any] = json.loads(execute(SHELL, folder, "command.sh", filled.replace("curl ", "curl -sS ")))
        return said


@pytest.fixture
def caller(live: Server) -> Caller:
    return Caller(live)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("slug", "kind", "recorded"),
    [
        ("pushing-records", "encounters", "pushEncounter.visit"),
        ("push-prescriptions", "prescriptions", "pushPrescription.malaria_treatment"),
    ],
)
def test_a_record_is_read_back(
    caller: Caller, tmp_path: Path, slug: str, kind: str, recorded: str, language: str
) -> None:
    content = RECORDED[recorded]["arguments"]
    stored = caller.post(f"records/{kind}", content)
    assert caller.runs(tmp_path, slug, "read", language, stored["id"])["content"] == content


@pytest.mark.parametrize("language", ["en", "fr"])
def test_two_facilities_are_sent_at_once(caller: Caller, tmp_path: Path, language: str) -> None:
    answer = caller.runs(tmp_path, "facility-sync", "sync", language)
    assert [item["status"] for item in answer["items"]] == [201, 201]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_broken_glass_opens_the_patient(caller: Caller, tmp_path: Path, language: str) -> None:
    asked = requests.get(f"{caller.base_url}/connect/patients/OPC-2024-DEMO22", headers=caller.bearer, timeout=30)
    assert asked.json()["code"] == "no_care_relationship"
    answer = caller.runs(tmp_path, "who-may-touch-whom", "break-glass", language)
    assert (answer["health_id"], answer["given_name"]) == ("OPC-2024-DEMO22", "Emeka")
