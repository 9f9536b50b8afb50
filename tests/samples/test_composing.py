"""Requests composed from operations and values: every rule, one by one."""

import json
from pathlib import Path
from typing import Any

import pytest

from portal.openapi.documents import Document, Operation
from portal.samples.composing import UnfitValueError, compose
from portal.samples.requests import File, Form, Json, Multipart, Request, Text

TABLE = json.loads((Path(__file__).parent / "composing_cases.json").read_text())
CASES = {case["name"]: case for case in TABLE["cases"]}


def operation_of(case: dict[str, Any]) -> Operation:
    """Return the case's operation, as the only one of a document."""
    return Operation(Document("case", {}), "case", case["method"], case["path"], "", case["operation"])


def as_in_table(request: Request, values: dict[str, Any]) -> dict[str, Any]:
    """Return the request as the table writes it."""
    return {
        "method": request.method,
        "url": request.address,
        "headers": [list(pair) for pair in request.all_headers],
        "body": body_in_table(request, values.get("files", {})),
    }


def body_in_table(request: Request, files: dict[str, Any]) -> Any:
    match request.body:
        case Json(value):
            return {"json": value}
        case Form() as form:
            return {"text": form.text}
        case Text(text):
            return {"text": text}
        case File():
            return {"file": files[""]["content"]}
        case Multipart(parts):
            contents = [
                each["content"] for given in files.values() for each in (given if isinstance(given, list) else [given])
            ]
            return {
                "parts": [
                    {
                        "name": part.name,
                        "filename": part.filename,
                        "type": part.media_type or None,
                        "text": part.text if part.filename is None else contents.pop(0),
                    }
                    for part in parts
                ]
            }
    return None


def test_every_case_has_a_name_of_its_own() -> None:
    assert len(CASES) == len(TABLE["cases"])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "request" in case])
def test_the_request_is_that_of_the_table(name: str) -> None:
    case = CASES[name]
    request = compose(operation_of(case), case["values"], TABLE["server"])
    assert as_in_table(request, case["values"]) == case["request"]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "error" in case])
def test_what_cannot_be_sent_is_refused_with_its_place(name: str) -> None:
    case = CASES[name]
    with pytest.raises(UnfitValueError) as refused:
        compose(operation_of(case), case["values"], TABLE["server"])
    assert refused.value.place == case["error"]
