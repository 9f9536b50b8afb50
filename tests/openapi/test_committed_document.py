"""The committed OpenAPI document is what the code says, and its examples are what the sandbox answers."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.core.management import call_command
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from portal.management.recording import recordings
from tests.openapi.calls import closed, document

DOCUMENT = document()
RECORDED: dict[str, dict[str, Any]] = json.loads(settings.RECORDINGS.read_text())
OPERATIONS = {
    operation["operationId"]: operation for methods in DOCUMENT["paths"].values() for operation in methods.values()
}


def test_it_is_valid_openapi() -> None:
    validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1")


@pytest.mark.parametrize("server", DOCUMENT["servers"], ids=lambda server: server["description"])
def test_its_token_address_stands_below_each_server_as_tools_read_it(server: dict[str, str]) -> None:
    """A relative address is resolved against the server's (OpenAPI 3.1, section 4.6; RFC 3986, section 5.2)."""
    [flow] = DOCUMENT["components"]["securitySchemes"]["oauth2"]["flows"].values()
    [token] = [path for path in DOCUMENT["paths"] if path.endswith("/auth/token")]
    host = "https://api.example.org"
    assert urljoin(host + server["url"], flow["tokenUrl"]) == host + server["url"] + token


def test_it_is_what_the_code_says(tmp_path: Path) -> None:
    written = tmp_path / "openapi.yaml"
    call_command("spectacular", urlconf="portal.api_urls", file=str(written), fail_on_warn=True)
    assert written.read_text() == settings.OPENAPI_DOCUMENT.read_text(), "run `make fix` and commit openapi.yaml"


@pytest.mark.usefixtures("full_sandbox")
def test_its_examples_are_what_the_sandbox_answers() -> None:
    assert recordings() == RECORDED, "run `make fix` and commit the recordings"


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_answer_fits_its_schema(name: str) -> None:
    recorded = RECORDED[name]
    answers = OPERATIONS[recorded["operation"]]["responses"]
    assert str(recorded["status"]) in answers, f"{name} answers {recorded['status']}, which is not documented"
    [media] = answers[str(recorded["status"])]["content"].values()
    validator = Draft202012Validator(closed(media["schema"]))
    assert not [error.message for error in validator.iter_errors(recorded["body"])]


def test_every_operation_has_a_recorded_answer_and_describes_itself() -> None:
    assert {recorded["operation"] for recorded in RECORDED.values()} == set(OPERATIONS)
    for operation in OPERATIONS.values():
        assert operation["summary"]
        assert operation["description"]
        assert operation["security"]
