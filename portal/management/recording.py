"""Records what the sandbox really answers, for the examples of the OpenAPI document.

What differs from one call to the next (tokens, their ids and times) is replaced by fixed values, so that a recording
changes only when the API does.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

import yaml
from django.conf import settings
from django.test import Client, override_settings

from portal.applications.published import DEMO_SANDBOX_CLIENT, SANDBOX_CLIENT, PublishedClient
from portal.audit.actions import Actor
from portal.connect import health_ids
from portal.connect.datasets import empty
from portal.connect.models import Dataset
from portal.guides.library import guide_calls
from portal.guides.recorded import answers_by_name, name_of, new_name
from portal.management.published import ensure_client
from portal.samples.calls import Call, resolve
from portal.samples.references import filled

PUBLISHED_URL = "https://opescare.test"
REQUEST_ID = "8d3f0c52a97e4b1f9c64de02b7a1f35e"
RECORD_ID = "0b2c7d7e-61a1-4d0a-9a0e-4d0f3f7f8f10"
VOLATILE = {
    "access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJSUzI1NiJ9…",
    "jti": "5b1f6f0a7c0e4f6f8e3f5a0c9f1d2b3a",
    "iat": 1767600000,
    "exp": 1767603600,
    "review_id": "3f0c7a5e-5b0e-4d0c-9a51-6d2f0e1b7c44",
    "id": RECORD_ID,
    "received": "2026-01-05T09:15:00Z",
}
NEW_RECORD = re.compile(r'(id": )"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]{21}"')  # fixtures have version 5
NEW_HEALTH_ID = re.compile(r"OPC-(?!2024)[0-9]{4}-[0-9A-Z]{8}")
RECORDED_HEALTH_ID = health_ids.make(2026, 20_261_122_015)
EXAMPLES = settings.BASE_DIR / "portal" / "openapi" / "examples.yaml"


def recordings() -> dict[str, dict[str, Any]]:
    """Make every example call against this process's database, and return what was answered."""
    addresses = {
        "PUBLIC_URL": PUBLISHED_URL,
        "SANDBOX_BASE_URL": f"{PUBLISHED_URL}/api/v1",
        "ALLOWED_HOSTS": ["testserver"],
        "SECURE_SSL_REDIRECT": False,
    }
    by = Actor.operator("manage.py openapi")
    application = ensure_client(by, DEMO_SANDBOX_CLIENT).application
    for dataset in Dataset.objects.filter(application=application):
        empty(dataset.pk)
    recorder = _Recorder()
    with override_settings(**addresses):
        for example in yaml.safe_load(EXAMPLES.read_text()):
            recorder.record(example)
        for call, before, client_id in guide_calls():
            if name_of(call, before, recorder.recorded) is None:  # a page and its translation make it once
                recorder.record_of_guide(call, before, client_id)
    return recorder.recorded


class _Recorder:
    """Makes calls, one after the other. `recorded` is what it found, by name."""

    def __init__(self) -> None:
        self.client, self.last_id = Client(), RECORD_ID
        self.recorded: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, Any] = {}

    def record(self, example: dict[str, Any], sent: Any = None) -> None:
        """Make the call of an example. `sent` are its real arguments, where what is shown differs."""
        published = DEMO_SANDBOX_CLIENT if example.get("client") == "demo" else SANDBOX_CLIENT
        token = _token(self.client, published, example.get("scope", ""))
        written = json.dumps(example["arguments"])
        if sent is None:
            sent = json.loads(written.replace("{access_token}", token).replace("{last_id}", self.last_id))
        bearer = "" if example.get("token") == "none" else token
        status, body = _send(self.client, Call(example["operation"], sent), bearer)
        self.last_id = body.get("id", self.last_id)
        name = f"{example['operation']}.{example['name']}"
        shown = {**example, "arguments": json.loads(written.replace("{last_id}", RECORD_ID))}
        self._answers[name] = body
        self.recorded[name] = {**shown, "status": status, "body": _settled(body)}

    def record_of_guide(self, call: Call, before: Sequence[Call], client_id: str) -> None:
        """Make the call of a guide, with the values that the calls before it were really answered with."""
        names = {each.name: name_of(each, before[:number], self.recorded) for number, each in enumerate(before)}
        real = {name: self._answers[found] for name, found in names.items() if name and found}
        example = {
            "operation": call.operation_id,
            "name": new_name(call, before),
            "arguments": filled(call.arguments, answers_by_name(before, self.recorded)),
        }
        client = {"client": "demo"} if client_id == DEMO_SANDBOX_CLIENT.client_id else {}
        self.record(example | client, filled(call.arguments, real))


def _token(client: Client, published: PublishedClient, scope: str) -> str:
    asked = {
        "grant_type": "client_credentials",
        "client_id": published.client_id,
        "client_secret": published.client_secret,
        "scope": scope,
    }
    _status, answer = _send(client, Call("createToken", asked), "")
    return str(answer["access_token"])


def _send(client: Client, call: Call, token: str) -> tuple[int, Any]:
    request = resolve(call, "/api/v1")
    headers = {"X-Request-Id": REQUEST_ID} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = b"" if request.body is None else json.dumps(request.json).encode()
    answer = client.generic(request.method, request.address, body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


def _settled(body: Any) -> Any:
    settled = {name: VOLATILE.get(name, value) if value is not None else None for name, value in body.items()}
    text = NEW_HEALTH_ID.sub(RECORDED_HEALTH_ID, json.dumps(settled))
    return json.loads(NEW_RECORD.sub(rf'\g<1>"{RECORD_ID}"', text))
