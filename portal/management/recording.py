"""Records what the sandbox really answers, for the examples of the OpenAPI document.

What differs from one call to the next (tokens, their ids and times) is replaced by fixed values, so that a recording
changes only when the API does.
"""

import hashlib
import json
import re
from collections.abc import Iterator
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
from portal.management.published import ensure_client
from portal.samples.calls import Call, resolve

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
    with override_settings(**addresses):
        recorded = dict(_record(yaml.safe_load(EXAMPLES.read_text())))
        known = [(one["operation"], one["arguments"]) for one in recorded.values()]
        missing = []
        for call, client_id in guide_calls():
            if (call.operation_id, dict(call.arguments)) not in known:
                missing.append(_of_guide(call, client_id))
                known.append((call.operation_id, dict(call.arguments)))  # a page and its translation make it once
        return recorded | dict(_record(missing))


def _of_guide(call: Call, client_id: str) -> dict[str, Any]:
    digest = hashlib.sha256(json.dumps(dict(call.arguments), sort_keys=True).encode()).hexdigest()[:8]
    found = {"operation": call.operation_id, "name": f"guide-{digest}", "arguments": dict(call.arguments)}
    return found | ({"client": "demo"} if client_id == DEMO_SANDBOX_CLIENT.client_id else {})


def _record(examples: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    client = Client()
    last_id = RECORD_ID
    for example in examples:
        published = DEMO_SANDBOX_CLIENT if example.get("client") == "demo" else SANDBOX_CLIENT
        token = _token(client, published, example.get("scope", ""))
        written = json.dumps(example["arguments"])
        arguments = json.loads(written.replace("{access_token}", token).replace("{last_id}", last_id))
        shown = {**example, "arguments": json.loads(written.replace("{last_id}", RECORD_ID))}
        bearer = "" if example.get("token") == "none" else token
        status, body = _send(client, Call(example["operation"], arguments), bearer)
        last_id = body.get("id", last_id)
        yield (
            f"{example['operation']}.{example['name']}",
            {**shown, "status": status, "body": _settled(body)},
        )


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
