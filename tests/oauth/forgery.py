"""Tokens that nobody issued: each lacks one thing that makes a token good."""

import base64
import hmac
import json
import time
import uuid
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from portal.applications.models import ClientSecret
from portal.edge.environments import SANDBOX, Environment
from portal.oauth.keys import ring
from portal.oauth.tokens import audience, issuer


def good_claims(environment: Environment = SANDBOX) -> dict[str, Any]:
    """Return the claims of a good token of the environment's first client."""
    secret = ClientSecret.objects.filter(client__environment=environment).select_related("client")[0]
    now = int(time.time())
    return {
        "iss": issuer(environment),
        "aud": audience(environment),
        "sub": secret.client.client_id,
        "client_id": secret.client.client_id,
        "scope": "patient:profile:read patient:read",
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + 600,
        "env": environment,
        "cred": f"secret:{secret.pk}",
    }


def forge(
    claims: dict[str, Any] | None = None,
    *,
    header: dict[str, Any] | None = None,
    key: RSAKey | None = None,
    environment: Environment = SANDBOX,
    without: str = "",
) -> str:
    """Sign the good claims, changed by `claims`, with the environment's own key or with another."""
    signing = ring.signing(environment)
    full_header = {"alg": "RS256", "typ": "at+jwt", "kid": signing.kid} | (header or {})
    full_claims = good_claims(environment) | (claims or {})
    full_claims.pop(without, None)
    trimmed = {name: value for name, value in full_header.items() if value is not None}
    return jwt.encode(trimmed, full_claims, key or signing.key, algorithms=[full_header["alg"]], default_type=None)


def segment(value: object) -> str:
    """Return one part of a token: JSON in base64url without padding."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def forge_with_public_key(environment: Environment = SANDBOX) -> list[str]:
    """Sign with HS256 and what an attacker can compute from the JWKS, in the forms that libraries have accepted."""
    public = ring.signing(environment).key
    secrets = [public.as_pem(private=False), public.as_pem(private=False).strip(), public.as_der(private=False)]
    header = {"alg": "HS256", "typ": "at+jwt", "kid": ring.signing(environment).kid}
    signed = f"{segment(header)}.{segment(good_claims(environment))}"
    return [f"{signed}.{segment(hmac.digest(secret, signed.encode(), 'sha256'))}" for secret in secrets]
