"""Records what the sandbox really answers, for the examples of the OpenAPI document.

What differs from one call to the next (tokens, their ids and times) is replaced by fixed values, so that a recording
changes only when the API does.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import yaml
from django.conf import settings
from django.test import Client, override_settings

from portal.applications.published import SANDBOX_CLIENT
from portal.guides.library import guide_calls
from portal.samples.calls import Call, resolve

PUBLISHED_URL = "https://opescare.test"
REQUEST_ID = "8d3f0c52a97e4b1f9c64de02b7a1f35e"
VOLATILE = {
    "access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJSUzI1NiJ9…",
    "jti": "5b1f6f0a7c0e4f6f8e3f5a0c9f1d2b3a",
    "iat": 1767600000,
    "exp": 1767603600,
}
EXAMPLES = settings.BASE_DIR / "portal" / "openapi" / "examples.yaml"


def recordings() -> dict[str, dict[str, Any]]:
    """Make every example call against this process's database, and return what was answered."""
    addresses = {
        "PUBLIC_URL": PUBLISHED_URL,
        "SANDBOX_BASE_URL": f"{PUBLISHED_URL}/api/v1",
        "ALLOWED_HOSTS": ["testserver"],
        "SECURE_SSL_REDIRECT": False,
    }
    with override_settings(**addresses):
        recorded = dict(_record(yaml.safe_load(EXAMPLES.read_text())))
        known = [(one["operation"], one["arguments"]) for one in recorded.values()]
        missing = [call for call in guide_calls() if (call.operation_id, dict(call.arguments)) not in known]
        return recorded | dict(_record([_of_guide(call) for call in missing]))


def _of_guide(call: Call) -> dict[str, Any]:
    digest = hashlib.sha256(json.dumps(dict(call.arguments), sort_keys=True).encode()).hexdigest()[:8]
    return {"operation": call.operation_id, "name": f"guide-{digest}", "arguments": dict(call.arguments)}


def _record(examples: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    client = Client()
    for example in examples:
        token = _token(client, example.get("scope", ""))
        arguments = json.loads(json.dumps(example["arguments"]).replace("{access_token}", token))
        bearer = "" if example.get("token") == "none" else token
        status, body = _send(client, Call(example["operation"], arguments), bearer)
        yield (
            f"{example['operation']}.{example['name']}",
            {**example, "status": status, "body": _settled(body)},
        )


def _token(client: Client, scope: str) -> str:
    asked = {
        "grant_type": "client_credentials",
        "client_id": SANDBOX_CLIENT.client_id,
        "client_secret": SANDBOX_CLIENT.client_secret,
        "scope": scope,
    }
    _status, answer = _send(client, Call("createToken", asked), "")
    return str(answer["access_token"])


def _send(client: Client, call: Call, token: str) -> tuple[int, Any]:
    request = resolve(call, "/api/v1")
    headers = {"X-Request-Id": REQUEST_ID} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = b"" if request.body is None else json.dumps(request.body).encode()
    answer = client.generic(request.method, request.address, body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


def _settled(body: Any) -> Any:
    return {name: VOLATILE.get(name, value) for name, value in body.items()}
