"""Requests of whole documents: the values of our examples work in the sandbox; those of others fit their schemas."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from portal.openapi.documents import Operation, contents
from portal.openapi.fitting import fits
from portal.openapi.values import contents_of_body, parameters_of, values_of
from portal.samples.composing import compose, server_url
from portal.samples.groups import operation_group
from portal.samples.languages import LANGUAGES
from portal.samples.requests import Form, Json, Multipart, Request, Text
from tests.openapi.foreign import SLUGS, unpacked
from tests.openapi.parties import Party, new_party

RECORD_ID = "0b2c7d7e-61a1-4d0a-9a0e-4d0f3f7f8f10"
"""In the examples it stands for the id of a record that the client has sent before."""
AFTER_OTHERS = {"same_moment", "changed_content"}
"""Examples of errors that only come after other calls."""
ADDRESS = re.compile(r"https?://[^\s/?#{}]+(?:[A-Za-z0-9._~:/?@!$&()*+,;=-]|%[0-9A-F]{2})*")


@pytest.fixture
def _foreign(settings: Settings) -> None:
    settings.OPENAPI_DOCUMENTS = unpacked()


def send(api: Client, request: Request, token: str) -> Any:
    headers = dict(request.headers) | {"X-Request-Id": uuid4().hex}
    text = ""
    match request.body:
        case Json():
            text = json.dumps(request.json)
        case Form() | Text():
            text = request.body.text
    if token:
        headers["Authorization"] = f"Bearer {token}"
    kind = request.body.media_type if request.body else "application/json"
    return api.generic(request.method, request.address, text.replace("{access_token}", token), kind, headers=headers)


def statuses(operation: Operation, name: str) -> set[int]:
    """Return what the document says that this example is answered with."""
    return {
        int(status)
        for status, response in operation.raw["responses"].items()
        for media in response.get("content", {}).values()
        if name in media.get("examples", ())
    }


def own_record(api: Client, operation: Operation, party: Party) -> str:
    """Return the id of a record that the party has sent where the operation reads one."""
    sends = next(
        each
        for each in contents().operations.values()
        if each.method == "POST" and each.path == operation.path.rpartition("/")[0]
    )
    answer = send(api, compose(sends, values_of(sends)[0].values, "/api/v1"), party.token())
    return str(answer.json()["id"])


def test_the_values_of_our_examples_work_for_a_new_client(api: Client, full_sandbox: None) -> None:
    wrong = []
    for operation in contents().operations.values():
        for number, example in enumerate(values_of(operation)):
            party, values = new_party(), json.dumps(example.values)
            wanted = statuses(operation, example.name)
            good = bool(wanted) and min(wanted) < 300
            if good and RECORD_ID in values:
                values = values.replace(RECORD_ID, own_record(api, operation, party))
            answer = send(api, compose(operation, json.loads(values), "/api/v1"), party.token())
            if (good or number == 0) and answer.status_code >= 300:
                wrong.append((operation.id, example.name, answer.status_code, wanted, answer.content[:300]))
            if not good and answer.status_code not in wanted and example.name not in AFTER_OTHERS:
                wrong.append((operation.id, example.name, answer.status_code, wanted, answer.content[:300]))
    assert not wrong, "\n".join(map(str, wrong))


def test_our_operations_are_written_for_the_sandbox(settings: Settings) -> None:
    settings.SANDBOX_BASE_URL = "https://sandbox.opescare.test/v1"
    for operation in contents().operations.values():
        group = operation_group(operation, identifier="code")
        assert "https://sandbox.opescare.test/v1" in group
        assert [f'data-code="{language.key}"' in group for language in LANGUAGES] == [True] * 5
        assert "data-send" not in group
        assert "data-run" not in group


def misfits(operation: Operation) -> list[str]:
    """Return what is wrong with the values of an operation and with the request composed of them."""
    document, found = operation.document, []
    [example, *_] = values_of(operation)
    media = contents_of_body(operation).get(example.values.get("media_type", ""), {})
    schema = media.get("schema", {})
    is_made_here = "body" in example.values and "files" not in example.values
    if (
        is_made_here
        and not media.keys() & {"example", "examples"}
        and not fits(schema, document, example.values["body"])
    ):
        found.append(f"{operation.id}: body {example.values['body']!r}")
    request = compose(operation, example.values)
    if not ADDRESS.fullmatch(request.address):
        found.append(f"{operation.id}: {request.address}")
    for parameter in parameters_of(operation):
        given = example.values.get(parameter["in"], {})
        if (parameter.get("required") or parameter["in"] == "path") and parameter["name"] not in given:
            found.append(f"{operation.id}: no {parameter['name']}")
    if isinstance(request.body, Multipart):
        found += [
            f"{operation.id}: {part}" for part in request.body.parts if not re.fullmatch(r"[\w.\[\]-]+", part.name)
        ]
    return found


@pytest.mark.usefixtures("_foreign")
@pytest.mark.parametrize("slug", SLUGS)
def test_every_operation_of_others_has_values_that_fit_and_a_request(slug: str) -> None:
    operations = [each for each in contents(slug).operations.values() if not each.is_webhook]
    assert not [found for operation in operations for found in misfits(operation)]
    for operation in operations[::10]:
        assert server_url(operation).startswith("http")
        assert operation_group(operation, identifier="code").count("code-panel") == 5
