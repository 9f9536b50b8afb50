"""Calls of the demo's applications to the sandbox, so that reviewers have something to look at.

They are made through the API itself, in this process: each is authenticated, judged and recorded as any other.
"""

import hashlib
import json
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.test import Client

from portal.applications.models import Application
from portal.audit.writer import writer
from portal.connect.models import Dataset
from portal.edge.environments import SANDBOX, base_url
from portal.management.demonstration.organisations import Asking
from portal.management.recording import EXAMPLES
from portal.samples.calls import Call, resolve

LAST_ID = "{last_id}"


def rehearse(application: Application, client_id: str, client_secret: str, asking: Asking) -> None:
    """Make the document's example calls of the operations that it has tried, then empty its sandbox again.

    The token has the scopes that are asked for, and no others. An application whose sandbox holds something already is
    left alone: somebody works with it.
    """
    if not asking.calls or Dataset.objects.filter(application=application).exists():
        return
    credentials = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    caller, last_id = Client(), ""
    token = _send(caller, Call("createToken", {**credentials, "scope": " ".join(asking.scopes)}))["access_token"]
    for example in _examples():
        if example["operation"] in asking.calls and not {"token", "scope"} & example.keys():
            written = json.dumps(example["arguments"]).replace(LAST_ID, last_id)
            answer = _send(caller, Call(example["operation"], json.loads(written)), token)
            last_id = str(answer.get("id", last_id))
    _send(caller, Call("resetSandbox", {}), token)
    writer.flush()


@cache
def _examples() -> list[dict[str, Any]]:
    """Return the examples: to read that much YAML takes longer than to make the calls."""
    found: list[dict[str, Any]] = yaml.safe_load(EXAMPLES.read_text())
    return found


def _send(caller: Client, call: Call, token: str = "") -> Any:
    request = resolve(call, base_url(SANDBOX))
    body = b"" if request.body is None else json.dumps(request.json).encode()
    headers = {"Host": urlsplit(request.url).netloc}
    if token:
        headers |= {"Authorization": f"Bearer {token}"}
    if request.method == "POST" and "/records/" in request.url:
        headers["Idempotency-Key"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer = caller.generic(
        request.method,
        urlsplit(request.address)._replace(scheme="", netloc="").geturl(),
        body,
        content_type="application/json",
        secure=urlsplit(request.url).scheme == "https",
        headers=headers,
    )
    return answer.json()
