"""Client assertions (RFC 7523) as a client with a key of its own signs them."""

import time
import uuid
from functools import cache
from typing import Any

from django.test import Client as DjangoClient
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from portal.edge.environments import SANDBOX
from portal.oauth.tokens import issuer
from tests.oauth.calls import TOKEN, post_json

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LOST: Any = object()
"""The value of a claim or header that is left out."""


@cache
def key_for(alg: str) -> RSAKey | ECKey:
    """Return the test run's key for this algorithm."""
    if alg.startswith("ES"):
        return ECKey.generate_key(f"P-{alg[2:]}", auto_kid=True)
    return RSAKey.generate_key(2048, auto_kid=True)


def jwks(*keys: RSAKey | ECKey) -> dict[str, Any]:
    """Return the JWK set that the client registers."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def sign(
    client_id: str,
    *,
    alg: str = "RS384",
    key: RSAKey | ECKey | None = None,
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    """Return a good assertion of this client, but for the changes."""
    now = int(time.time())
    signer = key or key_for(alg)
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer(SANDBOX),
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + 60,
    } | changes
    full_header = {"alg": alg, "typ": "JWT", "kid": signer.kid} | (header or {})
    return jwt.encode(_kept(full_header), _kept(claims), signer, algorithms=[alg])


def ask(api: DjangoClient, assertion: str, **parameters: str) -> Any:
    """Ask for a token with the assertion."""
    return post_json(
        api,
        TOKEN,
        grant_type="client_credentials",
        client_assertion_type=TYPE,
        client_assertion=assertion,
        **parameters,
    )


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not LOST}
