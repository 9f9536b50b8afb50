"""Bearer tokens (RFC 6750) for DRF."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from portal.applications.clients import KnownClient, clients
from portal.audit.calls import call_of
from portal.edge.environments import host_environment
from portal.limits import quotas
from portal.oauth.quota import quota_of
from portal.oauth.server import REALM
from portal.oauth.tokens import AccessToken, TokenError, verify
from portal.problems.exceptions import Problem


class BearerAuthentication(BaseAuthentication):
    """Reads the access token from the Authorization header, and from nowhere else."""

    def authenticate(self, request: Request) -> tuple[KnownClient, AccessToken] | None:
        """Return the client and its token, None where no token was sent.

        :raises Problem: `token_invalid`, `token_expired`, `rate_limited` or `wrong_environment`.
        """
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            token = verify(text.strip())
        except TokenError as exc:
            _note_refused(request, exc)
            raise challenge("token_expired" if exc.expired else "token_invalid") from None
        call = call_of(request)
        call.client_id = token.client.client_id
        call.application_id = token.client.application_id
        call.organisation_id = token.client.organisation_id
        call.environment = token.environment
        call.credential = token.credential
        call.token_id = token.jti
        spent = quotas.spend(request._request, quota_of(token.client, call.address))
        if spent.is_over:
            raise quotas.refusal(spent)
        call.awaited = True
        if host_environment(request) not in {None, token.environment}:
            raise challenge("wrong_environment")
        return token.client, token

    def authenticate_header(self, _request: Request) -> str:
        """Return the challenge for a request without a token (RFC 6750, section 3: no error code then)."""
        return f'Bearer realm="{REALM}"'


def _note_refused(request: Request, refused: TokenError) -> None:
    """Let the client see in its log that its token was refused. That is no use of the credential behind it."""
    client = clients.get(str(refused.claims.get("client_id", ""))) if refused.claims else None
    if client is None:
        return
    call = call_of(request)
    call.client_id = client.client_id
    call.application_id = client.application_id
    call.organisation_id = client.organisation_id
    call.environment = client.environment
    call.token_id = str(refused.claims.get("jti", ""))[:64]


def challenge(code: str) -> Problem:
    """Return the 401 with RFC 6750's `invalid_token` challenge."""
    problem = Problem(code)
    description = problem.problem.title
    problem.headers["WWW-Authenticate"] = (
        f'Bearer realm="{REALM}", error="invalid_token", error_description="{description}"'
    )
    return problem
