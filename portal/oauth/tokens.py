"""Access tokens: JWTs by the profile of RFC 9068, made and checked.

Beside the profile's claims a token carries `env`, and `cred`: the id of the secret or key that obtained it, so that
revoking the credential ends its tokens.
"""

import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jws import JWSRegistry

from portal.applications.clients import KnownClient, clients
from portal.applications.feed import feed, publish
from portal.edge.environments import Environment, base_url
from portal.oauth.keys import ALGORITHM, ring
from portal.oauth.models import RevokedToken

TYPE = "at+jwt"


class TokenError(Exception):
    """The token is not good. `expired` tells the one case that a client can foresee.

    `claims` are those of a token that was signed here: so its client can see in its log what was refused.
    """

    def __init__(self, *, expired: bool = False, claims: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.expired = expired
        self.claims = claims or {}


@dataclass(frozen=True)
class AccessToken:
    """A token whose signature, claims, client and credential have been checked."""

    client: KnownClient
    scopes: frozenset[str]
    jti: str
    credential: str
    environment: Environment
    claims: dict[str, Any]


def issuer(environment: Environment) -> str:
    """Return the `iss` of an environment's tokens (RFC 8414, section 2)."""
    return f"{base_url(environment)}/connect"


def audience(environment: Environment) -> str:
    """Return the `aud` of an environment's tokens: the base URL of its API."""
    return base_url(environment)


def issue(client: KnownClient, credential: str, scope: str, *, lifetime: int | None = None) -> tuple[str, str]:
    """Return a signed access token for the client, and its `jti`. Its lifetime is the client's, unless given."""
    signing = ring.signing(client.environment)
    now = int(time.time())
    jti = uuid.uuid4().hex
    claims = {
        "iss": issuer(client.environment),
        "aud": audience(client.environment),
        "sub": client.client_id,
        "client_id": client.client_id,
        "scope": scope,
        "jti": jti,
        "iat": now,
        "exp": now + (lifetime or client.token_lifetime),
        "env": client.environment,
        "cred": credential,
    }
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": signing.kid}
    return jwt.encode(header, claims, signing.key, algorithms=[ALGORITHM]), jti


def verify(text: str) -> AccessToken:
    """Check a token completely and return it.

    The algorithm is fixed, not read from the token (RFC 8725, section 3.1); the key decides the environment, and
    issuer, audience and `env` must be that environment's.

    :raises TokenError: where anything is wrong with it.
    :raises DatabaseError: where the event feed cannot be read; never guess that nothing was revoked.
    """
    feed.catch_up()
    claims, environment = _checked_claims(text)
    client = clients.get(claims["client_id"])
    if client is None or client.suspended or client.environment != environment:
        raise TokenError(claims=claims)
    if not client.has_credential(claims["cred"]) or revoked.contains(claims["jti"]):
        raise TokenError(claims=claims)
    scopes = client.scopes.intersection(claims["scope"].split())
    return AccessToken(client, scopes, claims["jti"], claims["cred"], environment, claims)


def _checked_claims(text: str) -> tuple[dict[str, Any], Environment]:
    try:
        token = jwt.decode(text, lambda obj: _key_for(obj.headers()), algorithms=[ALGORITHM], registry=_REGISTRY)
        environment = _environment_of(token.header)
        _validators(environment).validate(token.claims)
    except ExpiredTokenError as exc:
        raise TokenError(expired=True, claims=token.claims) from exc
    except (JoseError, ValueError, TypeError) as exc:  # joserfc lets `"crit": 1` through to a TypeError
        raise TokenError from exc
    return token.claims, environment


_REGISTRY = JWSRegistry(algorithms=[ALGORITHM])


def _key_for(header: dict[str, Any]) -> Any:
    found = ring.find(str(header.get("kid")))
    if found is None or header.get("typ") != TYPE:
        raise ValueError("unknown key or type")
    return found.key


def _environment_of(header: dict[str, Any]) -> Environment:
    found = ring.find(str(header["kid"]))
    if found is None:
        raise ValueError("the key went away")
    return found.environment


def _validators(environment: Environment) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer(environment)},
        aud={"essential": True, "value": audience(environment)},
        env={"essential": True, "value": environment},
        exp={"essential": True},
        iat={"essential": True},
        jti={"essential": True},
        sub={"essential": True},
        client_id={"essential": True},
        cred={"essential": True},
        scope={"essential": True},
    )


class RevokedTokens:
    """The revoked tokens that have not expired yet, in memory."""

    def __init__(self) -> None:
        self._jtis: set[str] | None = None
        self._lock = threading.Lock()

    def contains(self, jti: str) -> bool:
        """Say whether the token was revoked."""
        if self._jtis is None:
            with self._lock:
                if self._jtis is None:
                    live = RevokedToken.objects.filter(expires_at__gt=timezone.now())
                    self._jtis = set(live.values_list("jti", flat=True))
        return jti in self._jtis

    def add(self, jti: str) -> None:
        """Learn of a revoked token from the feed."""
        self.contains(jti)
        with self._lock:
            self._jtis = {*(self._jtis or ()), jti}

    def reset(self) -> None:
        """Forget all, so that the next look reads the table."""
        self._jtis = None


revoked = RevokedTokens()
feed.subscribe("token", revoked.add)


@transaction.atomic
def revoke(token: AccessToken) -> None:
    """End one token (RFC 7009): here at once, elsewhere within two seconds. Doing it twice changes nothing."""
    expires_at = datetime.fromtimestamp(token.claims["exp"], tz=UTC)
    _row, created = RevokedToken.objects.get_or_create(jti=token.jti, defaults={"expires_at": expires_at})
    if created:
        publish("token", token.jti)
        transaction.on_commit(lambda: revoked.add(token.jti))
