"""The documents for downloading."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.test import Client
from pytest_django import Settings

from portal.ui.public import forget

WRITTEN = '{"openapi": "3.0.3", "info": {"title": "Ärzte", "version": "2020-01-01"}, "paths": {"/no": {"get": {}}}}'


@pytest.fixture
def clinic(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    path = tmp_path / "clinic.json"
    path.write_text(WRITTEN)
    settings.OPENAPI_DOCUMENTS = {"clinic": str(path)}
    forget()
    yield path
    forget()


def test_our_document_comes_as_it_is_and_as_json(client: Client, settings: Settings) -> None:
    answer = client.get("/openapi.yaml")
    assert answer["Content-Type"] == "application/yaml; charset=utf-8"
    assert answer.content == settings.OPENAPI_DOCUMENT.read_bytes()
    same = client.get("/openapi.json")
    assert same["Content-Type"] == "application/json"
    assert json.loads(same.content) == yaml.safe_load(answer.content)
    assert same["Cache-Control"] == answer["Cache-Control"] == "public, max-age=60"
    assert client.get("/openapi.json", headers={"If-None-Match": same["ETag"]}).status_code == 304


@pytest.mark.usefixtures("clinic")
def test_a_further_document_comes_in_both_forms_whichever_its_file_has(client: Client) -> None:
    same = client.get("/reference/documents/clinic/openapi.json")
    written = client.get("/reference/documents/clinic/openapi.yaml")
    assert json.loads(same.content) == yaml.safe_load(written.content) == json.loads(WRITTEN)
    assert "openapi: 3.0.3\n" in written.content.decode()
    assert client.get("/reference/documents/other/openapi.yaml").status_code == 404
