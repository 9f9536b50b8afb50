"""Who is calling the OAuth endpoints: a client secret (Basic or body) or a signed assertion, exactly one of them.

Whatever is wrong, the answer is the same and costs the same look-ups, so that nobody learns which client ids exist.
"""

import base64
import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from django.db import IntegrityError, transaction
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from portal.applications.clients import KnownClient, KnownSecret, clients
from portal.applications.fetched_keys import want_refresh
from portal.edge.environments import Environment, base_url
from portal.oauth.door import DoorRequest
from portal.oauth.models import UsedAssertion
from portal.oauth.tokens import issuer

ASSERTION_TYPE = JWTBearerClientAssertion.CLIENT_ASSERTION_TYPE
ASSERTION_ALGORITHMS = ["RS384", "ES384"]
KEY_TYPES = {"RSA", "EC"}
ASSERTION_LIFETIME = 300
LEEWAY = 30
MALFORMED = (InvalidClientError, JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What Authlib and joserfc raise over an assertion or a registered key that is not what it should be."""


def refusal() -> InvalidClientError:
    """Return the one answer to every failed client authentication."""
    return InvalidClientError(
        "Client authentication failed: unknown client, wrong or ended credential.", status_code=401
    )


def authenticate(request: DoorRequest) -> KnownClient:
    """Return the client that the request proves to come from, and note its credential on the request.

    :raises InvalidRequestError: where credentials come in more than one way (RFC 6749, section 2.3).
    :raises InvalidClientError: where they are missing or wrong.
    """
    form = request.form
    basic = _basic_credentials(request.headers.get("Authorization", ""))
    ways = (basic is not None, "client_secret" in form, "client_assertion" in form)
    if sum(ways) > 1:
        raise InvalidRequestError("Use one way to authenticate the client, not several.")
    if "client_assertion" in form:
        return _by_assertion(request)
    client_id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
    if basic and form.get("client_id", client_id) != client_id:
        raise InvalidRequestError("The client_id in the body is not the one in the Authorization header.")
    return _by_secret(request, client_id, secret)


def presented_client(request: DoorRequest) -> str:
    """Return a digest of the client id that the request claims; failures are counted under it."""
    return hashlib.sha256(_claimed_id(request).encode()).hexdigest()[:16]


def claimed_client(request: DoorRequest) -> KnownClient | None:
    """Return the client that the request claims to come from. Only memory is asked: a failed attempt has filled it."""
    return clients.peek(_claimed_id(request))


def _claimed_id(request: DoorRequest) -> str:
    try:
        basic = _basic_credentials(request.headers.get("Authorization", ""))
    except InvalidClientError:
        basic = None
    return basic[0] if basic else request.form.get("client_id") or _claimed_subject(request)


def _claimed_subject(request: DoorRequest) -> str:
    """Return the `sub` of the assertion, unverified, or nothing."""
    try:
        claims = jws.extract_compact(request.form.get("client_assertion", "").encode()).payload
        return _text(json.loads(claims).get("sub"))
    except MALFORMED:
        return ""


def _basic_credentials(header: str) -> tuple[str, str] | None:
    """Return id and secret of a Basic header (RFC 6749, section 2.3.1: both form-encoded), None without one."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError:  # not base64, or not UTF-8
        raise refusal() from None
    client_id, _, secret = text.partition(":")
    client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    if not (client_id + secret).isprintable():
        raise refusal()
    return client_id, secret


def _by_secret(request: DoorRequest, client_id: str, secret: str) -> KnownClient:
    """Compare the secret with those in memory, then with those in the database, before refusing.

    The second look makes a new secret work at once in every process, and makes a wrong secret and an unknown
    client cost the same.
    """
    for look in (clients.peek, clients.load):
        known = look(client_id)
        credential = (known or NOBODY).credential_of(secret)
        if known and credential:
            request.credential = credential
            return known
    raise refusal()


NOBODY = KnownClient(
    client_id="",
    environment="sandbox",
    application_id=0,
    organisation_id=0,
    scopes=frozenset(),
    token_lifetime=0,
    suspended=True,
    secrets=(KnownSecret(id=0, digest="0" * 64, expires_at=None),),
    jwks=None,
)
"""Stands in for an unknown client, so that its secret is compared like a known one's."""


def _by_assertion(request: DoorRequest) -> KnownClient:
    if request.form.get("client_assertion_type") != ASSERTION_TYPE:
        raise InvalidRequestError(f"client_assertion_type must be {ASSERTION_TYPE}.")
    claimed = request.form.get("client_id")
    client: KnownClient | None = Assertion()(clients.load, request)
    if client is None or claimed not in {None, client.client_id}:
        raise refusal()
    return client


class Assertion(JWTBearerClientAssertion):
    """`private_key_jwt` (RFC 7523): RS384 or ES384, for five minutes at most, each assertion once."""

    def __init__(self) -> None:
        super().__init__(leeway=LEEWAY)
        self.client: KnownClient = NOBODY

    def __call__(self, query_client: Any, request: DoorRequest) -> KnownClient:
        """Return the client that signed the assertion."""
        try:
            headers, claims = self.extract_assertion(request.form["client_assertion"])
            self.client = query_client(_text(claims.get("sub"))) or NOBODY
            kid, key = self._public_key(headers.get("kid"))
            self.process_assertion_claims(request.form["client_assertion"], key)
        except MALFORMED as exc:
            raise refusal() from exc
        request.credential = f"key:{kid}"
        return self.client

    def _public_key(self, kid: object) -> tuple[str, Key]:
        """Return the client's key of this id; without an id, its only key.

        A key that was registered without an id opens nothing: its tokens could not be ended with it.
        """
        keys = (self.client.jwks or {}).get("keys", [])
        fitting = [key for key in keys if kid is None or key.get("kid") == kid]
        if not fitting and self.client.fetches_keys:
            want_refresh(self.client.client_id)
        if len(fitting) != 1 or fitting[0].get("kty") not in KEY_TYPES or not fitting[0].get("kid"):
            raise ValueError("no such key")
        return str(fitting[0]["kid"]), JWKRegistry.import_key(fitting[0])

    def process_assertion_claims(self, assertion: str, key: Key) -> dict[str, Any]:
        """Check signature and claims. Authlib's own accepts joserfc's default algorithms; ours are named."""
        token = jwt.decode(assertion, key, algorithms=ASSERTION_ALGORITHMS)
        self.verify_claims(token.claims)
        return token.claims

    def verify_claims(self, claims: dict[str, Any]) -> None:
        """Check issuer, subject, audience and times, and use up the `jti`."""
        if claims["exp"] > time.time() + ASSERTION_LIFETIME + LEEWAY:
            raise ValueError("lives too long")
        super().verify_claims(claims)

    def get_audiences(self) -> list[str]:
        """Return what `aud` may be: the issuer or the token endpoint of the client's environment."""
        environment: Environment = self.client.environment
        return [issuer(environment), f"{base_url(environment)}/connect/auth/token"]

    def validate_jti(self, claims: dict[str, Any], jti: Any) -> bool:
        """Use the `jti` up. The database's constraint decides, so this holds across processes and restarts."""
        try:
            with transaction.atomic():
                UsedAssertion.objects.create(
                    client_id=self.client.client_id,
                    jti_digest=hashlib.sha256(_text(jti).encode()).hexdigest(),
                    expires_at=datetime.fromtimestamp(claims["exp"] + LEEWAY, tz=UTC),
                )
        except IntegrityError:
            return False
        return True


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or not value:
        raise ValueError("not a plain string")
    return value
