"""The OAuth endpoints and the documents by which clients find them."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.applications.feed import feed
from portal.applications.scopes import available
from portal.audit.calls import call_of
from portal.edge.environments import ENVIRONMENTS, SANDBOX, Environment, base_url, host_environment
from portal.oauth.client_authentication import ASSERTION_ALGORITHMS
from portal.oauth.keys import JWKS_MAX_AGE, ring
from portal.oauth.operations import Operation
from portal.oauth.serializers import (
    IntrospectionAnswer,
    OAuthError,
    TokenAnswer,
    TokenForm,
    TokenParameters,
    TokenParametersForm,
    TokenRequest,
)
from portal.oauth.server import server
from portal.oauth.tokens import issuer

CLIENT_AUTHENTICATION = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
REFUSED = {
    400: OpenApiResponse(OAuthError, "The request is malformed, or asks for what the client may not have."),
    401: OpenApiResponse(OAuthError, "The client is unknown or its credential is wrong."),
    411: OpenApiResponse(OAuthError, "The request has no Content-Length header."),
    413: OpenApiResponse(OAuthError, "The body is too large."),
    429: OpenApiResponse(OAuthError, "Too many calls, or too many failed attempts as this client; see Retry-After."),
}


class OAuthView(APIView):
    """An endpoint where the client authenticates itself; there is no bearer token yet."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    http_method_names = ("post",)
    operations: ClassVar[dict[str, Operation]]
    endpoint: ClassVar[str]

    def answer(self, request: Request) -> HttpResponse:
        """Let the authorisation server answer."""
        call_of(request).operation = self.operations["POST"].id
        return server.answer(request._request, self.endpoint)


class TokenView(OAuthView):
    """`POST /connect/auth/token`."""

    operations: ClassVar[dict[str, Operation]] = {"POST": Operation("createToken")}
    endpoint = "token"

    @extend_schema(
        tags=["Authentication"],
        summary="Get an access token",
        description=(
            "Exchanges the client's credentials for an access token (RFC 6749, section 4.4). Send the parameters as "
            "JSON or form-encoded. Authenticate with `client_id` and `client_secret` in the body, with HTTP Basic, "
            "or with a signed assertion (`private_key_jwt`, RS384 or ES384), in one way at a time. "
            "An empty value counts as not sent. "
            "Without `scope` the token carries every scope that the client has."
        ),
        request={"application/json": TokenRequest, "application/x-www-form-urlencoded": TokenForm},
        responses={200: OpenApiResponse(TokenAnswer, "A bearer token."), **REFUSED},
    )
    def post(self, request: Request) -> HttpResponse:
        """Issue a token."""
        return self.answer(request)


class RevokeView(OAuthView):
    """`POST /connect/auth/revoke`."""

    operations: ClassVar[dict[str, Operation]] = {"POST": Operation("revokeToken")}
    endpoint = "revocation"

    @extend_schema(
        tags=["Authentication"],
        summary="Revoke an access token",
        description=(
            "Ends one of the client's own tokens everywhere within two seconds (RFC 7009). A token that has expired, "
            "was revoked before or belongs to somebody else is answered the same way."
        ),
        request={"application/json": TokenParameters, "application/x-www-form-urlencoded": TokenParametersForm},
        responses={200: OpenApiResponse({"type": "object"}, "The token is worthless now."), **REFUSED},
    )
    def post(self, request: Request) -> HttpResponse:
        """Revoke a token."""
        return self.answer(request)


class IntrospectView(OAuthView):
    """`POST /connect/auth/introspect`."""

    operations: ClassVar[dict[str, Operation]] = {"POST": Operation("introspectToken")}
    endpoint = "introspection"

    @extend_schema(
        tags=["Authentication"],
        summary="Look into an access token",
        description=(
            "Says whether one of the client's own tokens is alive, and what it carries (RFC 7662). "
            "For any other token the answer is `active: false` and nothing else."
        ),
        request={"application/json": TokenParameters, "application/x-www-form-urlencoded": TokenParametersForm},
        responses={200: OpenApiResponse(IntrospectionAnswer, "What the token is worth."), **REFUSED},
    )
    def post(self, request: Request) -> HttpResponse:
        """Introspect a token."""
        return self.answer(request)


@login_not_required
@require_safe
def metadata(request: HttpRequest, issuer_path: str) -> HttpResponse:
    """Return the metadata of the issuer whose path this is (RFC 8414, section 3.1), and whose host, if that tells."""
    for environment in ENVIRONMENTS:
        is_here = host_environment(request) in {None, environment}
        if is_here and issuer(environment).split("/", 3)[3] == issuer_path:
            return _cacheable(_metadata_of(environment))
    raise Http404


def _metadata_of(environment: Environment) -> dict[str, object]:
    endpoint = f"{base_url(environment)}/connect/auth"
    document: dict[str, object] = {
        "issuer": issuer(environment),
        "token_endpoint": f"{endpoint}/token",
        "jwks_uri": f"{settings.PUBLIC_URL}/.well-known/jwks/{environment}.json",
        "scopes_supported": list(available(environment)),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "service_documentation": f"{settings.PUBLIC_URL}/guides/getting-started/",
    }
    for name in ("token", "revocation", "introspection"):
        document[f"{name}_endpoint_auth_methods_supported"] = CLIENT_AUTHENTICATION
        document[f"{name}_endpoint_auth_signing_alg_values_supported"] = ASSERTION_ALGORITHMS
    document["revocation_endpoint"] = f"{endpoint}/revoke"
    document["introspection_endpoint"] = f"{endpoint}/introspect"
    return document


@login_not_required
@require_safe
def jwks(request: HttpRequest, environment: Environment | None = None) -> HttpResponse:
    """Return the public keys of an environment: the one named, else the host's, else the sandbox's."""
    feed.catch_up()
    return _cacheable(ring.public(environment or host_environment(request) or SANDBOX))


def _cacheable(document: dict[str, Any]) -> HttpResponse:
    return JsonResponse(document, headers={"Cache-Control": f"public, max-age={JWKS_MAX_AGE}"})
