"""What the committed document says about an operation."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from portal.openapi.document import Field, Parameter, UnknownOperationError, operation, operations

SMALL = """
openapi: 3.1.0
paths:
  /things/{code}:
    delete:
      operationId: %s
      parameters:
      - {in: path, name: code, required: true, schema: {type: string}}
      - {in: header, name: If-Match, schema: {type: string}}
      responses:
        '204': {description: Gone.}
    put:
      operationId: putThing
      security: [{oauth2: []}]
      requestBody:
        content:
          application/json:
            schema:
              allOf:
              - $ref: '#/components/schemas/Base'
              - {properties: {size: {type: integer}}, required: [size]}
      responses:
        '201':
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
components:
  schemas:
    Base:
      properties:
        name: {type: string}
        id: {type: string, readOnly: true}
      required: [name, id]
"""


@pytest.fixture
def small(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL % "deleteThing")
    settings.OPENAPI_DOCUMENT = path
    return path


def test_an_operation_is_found_by_its_id() -> None:
    found = operation("searchPatient")
    assert (found.method, found.path, found.tag) == ("GET", "/connect/patient/search", "Patients")
    assert found.summary == "Find a patient by Health ID"
    assert found.description.startswith("Returns the one patient")
    assert [(each.name, each.location, each.required) for each in found.parameters] == [
        ("Break-Glass", "header", False),
        ("health_id", "query", True),
    ]
    assert all(each.description for each in found.parameters)
    assert found.scopes == ("patient:profile:read", "patient:read")
    assert found.needs_token
    assert not found.has_json_body
    assert found.answer == "Patient"


def test_the_token_operation_needs_no_token_and_takes_json() -> None:
    found = operation("createToken")
    assert not found.needs_token
    assert found.scopes == ()
    assert found.has_json_body
    assert found.body is not None
    assert Field("grant_type", required=True) in found.body
    assert Field("scope", required=False) in found.body


def test_all_operations_come_in_the_order_of_the_document() -> None:
    assert list(operations())[:3] == ["introspectToken", "revokeToken", "createToken"]
    assert all(found.id == name for name, found in operations().items())


def test_an_unknown_operation_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownOperationError, match=r"no operation 'serchPatient'; there are .*searchPatient,"):
        operation("serchPatient")


def test_bodies_are_put_together_and_leave_out_what_only_answers_have(small: Path) -> None:
    put = operation("putThing")
    assert put.body == (Field("name", required=True), Field("size", required=True))
    assert put.answer == "Thing"
    assert put.needs_token, "a scheme without scopes is still a scheme"


def test_an_operation_may_lack_nearly_everything(small: Path) -> None:
    found = operation("deleteThing")
    assert found.parameters == (
        Parameter("code", "path", True, ""),
        Parameter("If-Match", "header", False, ""),
    )
    assert (found.tag, found.description, found.answer) == ("", "", "")
    assert found.summary == "deleteThing"
    assert found.body is None
    assert not found.needs_token


def test_the_document_is_read_once(small: Path) -> None:
    assert operations() is operations()


def test_a_changed_document_is_read_again(small: Path) -> None:
    assert "deleteThing" in operations()
    small.write_text(SMALL % "removeThing")
    os.utime(small, ns=(0, 1))
    assert "removeThing" in operations()
