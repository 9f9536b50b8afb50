"""Public keys by which a client authenticates itself (`private_key_jwt`), as a JWK set (RFC 7517, section 5)."""

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

MAXIMUM_KEYS = 10
MAXIMUM_KID = 64
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class InvalidJWKSError(ValueError):
    """The key set cannot be used; the message says why and never repeats a key."""


def check_jwks(jwks: object) -> None:
    """Check a key set before it is stored.

    :raises InvalidJWKSError: unless it holds 1 to 10 public RSA or EC keys, each with a `kid` of its own.
    """
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MAXIMUM_KEYS:
        raise InvalidJWKSError(f"a key set is an object whose `keys` lists 1 to {MAXIMUM_KEYS} keys")
    for key in keys:
        _check_key(key)
    if len({key["kid"] for key in keys}) != len(keys):
        raise InvalidJWKSError("two keys have the same `kid`")


def _check_key(key: Any) -> None:
    if not isinstance(key, dict) or key.get("kty") not in {"RSA", "EC"}:
        raise InvalidJWKSError("every key is an object whose `kty` is RSA or EC")
    if PRIVATE & set(key):
        raise InvalidJWKSError("a private key was sent: make a new pair, and send its public key only")
    kid = key.get("kid")
    if not isinstance(kid, str) or not kid.isprintable() or not 0 < len(kid) <= MAXIMUM_KID:
        raise InvalidJWKSError(f"every key needs a `kid` of 1 to {MAXIMUM_KID} printable characters")
    try:
        JWKRegistry.import_key(key)
    except (JoseError, ValueError, TypeError, KeyError) as exc:
        raise InvalidJWKSError("a key cannot be read") from exc
