"""Revocation (RFC 7009) and introspection (RFC 7662): a client asks about its own tokens, and only those."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from portal.applications.clients import KnownClient
from portal.applications.scopes import in_order
from portal.oauth import tokens
from portal.oauth.door import DoorRequest


class Revocation(RevocationEndpoint):
    """Ends an access token. A token that is already worthless, or somebody else's, is answered with 200 as well."""

    def authenticate_token(self, request: DoorRequest, client: KnownClient) -> tokens.AccessToken | None:
        """Return the client's own live token, None for anything else."""
        return _own_token(request, client)

    def revoke_token(self, token: tokens.AccessToken, _request: DoorRequest) -> None:
        """End it in every process, within two seconds."""
        tokens.revoke(token)


class Introspection(IntrospectionEndpoint):
    """Says whether a token is alive, to the client that it was issued to."""

    def authenticate_token(self, request: DoorRequest, client: KnownClient) -> tokens.AccessToken | None:
        """Return the client's own live token, None for anything else."""
        return _own_token(request, client)

    def create_introspection_payload(self, token: tokens.AccessToken | None) -> dict[str, Any]:
        """Return RFC 7662's answer."""
        if token is None:
            return {"active": False}
        claims = {name: token.claims[name] for name in ("iss", "aud", "sub", "client_id", "jti", "iat", "exp", "env")}
        return {"active": True, "token_type": "Bearer", "scope": " ".join(in_order(token.scopes)), **claims}


def _own_token(request: DoorRequest, client: KnownClient) -> tokens.AccessToken | None:
    if "token" not in request.form:
        raise InvalidRequestError("token is missing.")
    try:
        token = tokens.verify(request.form["token"])
    except tokens.TokenError:
        return None
    return token if token.client.client_id == client.client_id else None
