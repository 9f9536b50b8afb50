"""The calls that the tests of this room make, and what a right refusal looks like."""

import base64
import json
from typing import Any

from django.test import Client as DjangoClient

from portal.applications.published import SANDBOX_CLIENT
from portal.problems.oauth_errors import OAUTH_ERRORS

TOKEN = "/api/v1/connect/auth/token"
REVOKE = "/api/v1/connect/auth/revoke"
INTROSPECT = "/api/v1/connect/auth/introspect"
PATIENT = "/api/v1/connect/patient/search?health_id=OPC-2024-DEMO1"

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

CREDENTIALS = {"client_id": SANDBOX_CLIENT.client_id, "client_secret": SANDBOX_CLIENT.client_secret}
GOOD = {"grant_type": "client_credentials", **CREDENTIALS}

BASIC_CHALLENGE = 'Basic realm="OpesCare", charset="UTF-8"'


def post_json(api: DjangoClient, path: str, **parameters: object) -> Any:
    """Send the parameters as JSON."""
    return post(api, path, json.dumps(parameters))


def post(api: DjangoClient, path: str, body: str | bytes, content_type: str = JSON, **extra: Any) -> Any:
    """Send the body as it is."""
    return api.post(path, body, content_type=content_type, **extra)


def basic(client_id: str, secret: str) -> str:
    """Return the value of a Basic header."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def read(api: DjangoClient, authorization: str, **extra: Any) -> Any:
    """Read the published patient with this Authorization header."""
    return api.get(PATIENT, headers={"authorization": authorization}, **extra)


def is_oauth_error(answer: Any, status: int, error: str) -> bool:
    """Check a refusal of the token, revocation or introspection endpoint (RFC 6749, section 5.2)."""
    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, error), body
    assert body.keys() == {"error", "error_description", "error_uri"}
    assert body["error_uri"].endswith(f"/errors/{error}/")
    assert error in OAUTH_ERRORS
    allowed = {chr(code) for code in range(0x20, 0x7F)} - {'"', "\\"}
    assert set(body.get("error_description", "")) <= allowed
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert answer.get("WWW-Authenticate") == (BASIC_CHALLENGE if status == 401 else None)
    return True


def is_problem(answer: Any, status: int, code: str, challenge: str | None = None) -> bool:
    """Check a refusal of a call (RFC 9457), and its challenge (RFC 6750, section 3)."""
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert answer["Content-Type"] == "application/problem+json"
    assert body["status"] == status
    assert body["type"].endswith(f"/errors/{code}/")
    assert body["request_id"] == answer["X-Request-Id"]
    assert answer.get("WWW-Authenticate") == challenge
    return True


def invalid_token(title: str) -> str:
    """Return the challenge that goes with a bad token."""
    return f'Bearer realm="OpesCare", error="invalid_token", error_description="{title}"'
