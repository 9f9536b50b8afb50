"""The authorisation server: Authlib's, over our clients, keys and tokens."""

import json
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientCredentialsGrant
from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    UnauthorizedClientError,
)
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal.applications.clients import KnownClient
from portal.applications.feed import feed
from portal.applications.scopes import in_order
from portal.audit.calls import call_of
from portal.limits import failures, quotas
from portal.oauth import client_authentication, endpoints, tokens
from portal.oauth.door import DoorRequest
from portal.oauth.quota import quota_of

REALM = "OpesCare"


class Grant(ClientCredentialsGrant):
    """Client credentials (RFC 6749, section 4.4), the only grant."""

    def validate_token_request(self) -> None:
        """Authenticate the client and settle the scope."""
        client = self.server.authenticate_client(self.request, None)
        self.request.client = client
        self.request.scope = granted_scope(client, self.request.payload.scope)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Return the token answer (RFC 6749, section 5.1). Nothing is stored: the token carries all it needs."""
        client: KnownClient = self.request.client
        token, self.request.issued_jti = tokens.issue(client, self.request.credential, self.request.scope)
        answer = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": client.token_lifetime,
            "scope": self.request.scope,
        }
        return 200, answer, self.TOKEN_RESPONSE_HEADER


def granted_scope(client: KnownClient, asked: str | None) -> str:
    """Return the scope of the token: what was asked for, or all that the client has.

    :raises InvalidScopeError: where nothing but spaces was asked for, or something that the client does not have.
    """
    if not asked:
        return " ".join(in_order(client.scopes))
    names = list(dict.fromkeys(asked.split()))
    if not names or not client.scopes.issuperset(names):
        has = " ".join(in_order(client.scopes))
        raise InvalidScopeError(f"Ask for scopes that the client has, separated by spaces: {has}")
    return " ".join(names)


class TooManyError(OAuth2Error):
    """429: too many failed attempts, or too many calls, within a minute."""

    error = "temporarily_unavailable"
    status_code = 429

    def __init__(self, description: str, seconds: int) -> None:
        super().__init__(f"{description} Wait as long as Retry-After says.")
        self.seconds = seconds

    def get_headers(self) -> list[tuple[str, str]]:
        """Return the usual headers and Retry-After."""
        return [*super().get_headers(), ("Retry-After", str(self.seconds))]


class Server(AuthorizationServer):
    """Answers on the token, revocation and introspection endpoints."""

    def authenticate_client(self, request: DoorRequest, _methods: object, _endpoint: str = "token") -> KnownClient:
        """Return the authenticated client.

        :raises OAuth2Error: where it is not authenticated, calls too often, is suspended, or is of the other
            environment's host.
        """
        feed.catch_up()
        who = request.address, client_authentication.presented_client(request)
        wait = failures.seconds_to_wait(*who)
        try:
            client = client_authentication.authenticate(request)
        except InvalidClientError:
            if wait:
                raise TooManyError("Too many failed attempts as this client from this address.", wait) from None
            failures.count_failure(*who)
            raise
        request.client = client
        spent = quotas.spend(request.source, quota_of(client, request.address))
        if spent.is_over:
            raise TooManyError(spent.refused, spent.window.seconds)
        if client.suspended:
            raise UnauthorizedClientError(
                "The client is suspended, or its app is closed. Its page in the portal gives the reason."
            )
        if request.host_environment not in {None, client.environment}:
            raise UnauthorizedClientError(f"This host does not serve {client.environment} clients.")
        return client

    def get_token_grant(self, request: DoorRequest) -> Grant:
        """Return the grant. A missing grant_type is an invalid request, not an unsupported grant."""
        if not request.payload.grant_type:
            raise InvalidRequestError("grant_type is missing.")
        if request.payload.grant_type != Grant.GRANT_TYPE:
            raise OAuth2Error("grant_type must be client_credentials.", error="unsupported_grant_type")
        return Grant(request, self)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Do nothing: the ledger already knows."""

    def answer(self, request: HttpRequest, endpoint: str) -> HttpResponse:
        """Answer on `token`, `revocation` or `introspection`, and tell the ledger who asked."""
        door: DoorRequest | None = None
        try:
            door = DoorRequest(request)
            if endpoint == "token":
                grant = self.get_token_grant(door)
                grant.validate_token_request()
                result = grant.create_token_response()
            else:
                result = self._endpoints[endpoint][0].create_endpoint_response(door)
        except OAuth2Error as error:
            call_of(request).error_code = error.error
            result = error(f"{settings.PUBLIC_URL}/errors/{error.error}/")
        if door is not None:
            _note(request, door)
        return _respond(*result)


def _note(request: HttpRequest, door: DoorRequest) -> None:
    """Tell the ledger who asked; of a failed authentication, as whom, so that the client sees in its log who tries."""
    call, client = call_of(request), door.client or client_authentication.claimed_client(door)
    if client is None:
        return
    call.client_id = client.client_id
    call.application_id = client.application_id
    call.organisation_id = client.organisation_id
    call.environment = client.environment
    call.credential = door.credential or ""
    call.token_id = door.issued_jti


def _respond(status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> HttpResponse:
    response = HttpResponse(json.dumps(body), status=status, headers=dict(headers))
    if status == 401:
        response["WWW-Authenticate"] = f'Basic realm="{REALM}", charset="UTF-8"'
    return response


server = Server()
server.register_endpoint(endpoints.Revocation)
server.register_endpoint(endpoints.Introspection)
