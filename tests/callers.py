"""Calling the API as clients do, through Django's test client."""

from typing import Any

from django.test import Client

from portal.applications.published import SANDBOX_CLIENT

TOKEN_URL = "/api/v1/connect/auth/token"
SEARCH_URL = "/api/v1/connect/patient/search"


def token(api: Client, **parameters: str) -> str:
    """Return an access token, of the published sandbox client unless told otherwise."""
    asked = {
        "grant_type": "client_credentials",
        "client_id": SANDBOX_CLIENT.client_id,
        "client_secret": SANDBOX_CLIENT.client_secret,
        **parameters,
    }
    answer = api.post(TOKEN_URL, asked, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def bearer(api: Client, **parameters: str) -> dict[str, Any]:
    """Return the headers argument of a call with a fresh token."""
    return {"headers": {"Authorization": f"Bearer {token(api, **parameters)}"}}
