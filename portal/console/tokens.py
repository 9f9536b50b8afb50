"""Sandbox tokens for Run: obtained by the session of a developer, not by a secret.

Their credential is `user:<id>`. Such a token ends at once when the developer leaves the organisation or may no longer
build in it, and as every other when the client is suspended.
"""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidScopeError
from limits import RateLimitItemPerMinute

from portal.accounts.models import User
from portal.applications.clients import clients
from portal.applications.models import Client
from portal.audit.calls import Call
from portal.limits import rates
from portal.oauth import tokens
from portal.oauth.server import granted_scope

LIFETIME = 600
RATE = RateLimitItemPerMinute(30, namespace="console-token")


@dataclass(frozen=True)
class Answer:
    """What goes back to the script, in the token endpoint's words (RFC 6749, sections 5.1 and 5.2)."""

    status: int
    body: dict[str, Any]
    retry_after: int = 0


def mint(*, user: User, client: Client, scope: str, call: Call) -> Answer:
    """Return a token of the client with the scope that was asked for, or all that the client has; note it on the call.

    The caller has made sure that the user may use the client.
    """
    call.client_id, call.environment = client.client_id, client.environment
    call.application_id, call.organisation_id = client.application_id, client.application.organisation_id
    call.operation, call.credential = "createToken", f"user:{user.pk}"
    if wait := rates.seconds_to_wait(RATE, str(user.pk)):
        return _refusal(call, 429, "temporarily_unavailable", f"Too many tokens. Wait {wait} seconds.", wait)
    known = clients.load(client.client_id)
    if known is None or known.suspended:
        return _refusal(call, 400, "unauthorized_client", "The client is suspended.")
    try:
        granted = granted_scope(known, scope)
    except InvalidScopeError as error:
        return _refusal(call, 400, "invalid_scope", str(error.description))
    token, call.token_id = tokens.issue(known, call.credential, granted, lifetime=LIFETIME)
    return Answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME, "scope": granted})


def _refusal(call: Call, status: int, error: str, description: str, retry_after: int = 0) -> Answer:
    call.error_code = error
    return Answer(status, {"error": error, "error_description": description}, retry_after)
