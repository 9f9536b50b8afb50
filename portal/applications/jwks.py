"""Public keys by which a client authenticates itself (`private_key_jwt`), as a JWK set (RFC 7517, section 5)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext_noop as noop
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

MAXIMUM_KEYS = 10
MAXIMUM_KID = 64
MINIMUM_RSA_BITS = 2048
BITS_A_CHARACTER = 6
"""Of base64url."""
CURVE = "P-384"
ALGORITHMS: Final = {"RSA": "RS384", "EC": "ES384"}
PRIVATE: Final = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
KEPT: Final = ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y")


class InvalidJWKSError(ValueError):
    """The key set cannot be used. The message says why, never repeats a key, and stands in the catalogue of words.

    `key` and `member` say where: the key's place in the set, from 0, and the name within it.
    """

    def __init__(self, message: str, *, key: int | None = None, member: str = "", private: bool = False) -> None:
        super().__init__(message)
        self.key, self.member, self.private = key, member, private


def check_jwks(jwks: object) -> None:
    """Check a key set before it is stored.

    :raises InvalidJWKSError: unless it holds 1 to 10 public keys (RSA from 2048 bits, EC on P-384), each with a `kid`
        of its own.
    """
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MAXIMUM_KEYS:
        raise InvalidJWKSError(noop("A key set is an object whose “keys” lists 1 to 10 keys."))
    known: set[str] = set()
    for number, key in enumerate(keys):
        _check_key(number, key)
        if key["kid"] in known:
            raise InvalidJWKSError(noop("Two keys have the same “kid”. Give each one of its own."), key=number)
        known.add(key["kid"])


def _check_key(number: int, key: Any) -> None:
    if isinstance(key, dict) and (private := sorted(PRIVATE & set(key))):
        message = noop("This is a private key. Make a new pair, and send its public key only.")
        raise InvalidJWKSError(message, key=number, member=private[0], private=True)
    for member, message in _faults(key):
        raise InvalidJWKSError(message, key=number, member=member)


def _faults(key: Any) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a key, the member first; the first fault is the one to mend first."""
    if not isinstance(key, dict) or key.get("kty") not in ALGORITHMS:
        yield "kty", noop("Every key is an object whose “kty” is RSA or EC.")
    kid = key.get("kid")
    if not isinstance(kid, str) or not kid.isprintable() or not 0 < len(kid) <= MAXIMUM_KID:
        yield "kid", noop("Every key needs a “kid” of 1 to 64 printable characters.")
    if key.get("use", "sig") != "sig":
        yield "use", noop("A key for signing has the “use” sig, or none.")
    if key.get("alg", ALGORITHMS[key["kty"]]) != ALGORITHMS[key["kty"]]:
        yield "alg", noop("The “alg” of an RSA key is RS384, that of an EC key ES384.")
    yield from _faults_of_values(key)


def _faults_of_values(key: dict[str, Any]) -> Iterator[tuple[str, str]]:
    modulus = key.get("n")
    if key["kty"] == "RSA" and isinstance(modulus, str) and len(modulus) * BITS_A_CHARACTER < MINIMUM_RSA_BITS:
        yield "n", noop("This RSA key is too short. Make one of at least 2048 bits.")
    try:
        JWKRegistry.import_key(key)
    except (JoseError, ValueError, TypeError, KeyError):
        yield "", noop("This key cannot be read: one of its values is missing or damaged.")
    if key["kty"] == "EC" and key.get("crv") != CURVE:
        yield "crv", noop("This key is on another curve. ES384 needs an EC key on P-384.")


def public_part(jwks: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checked set with what is needed of each key and nothing else."""
    return {"keys": [{name: key[name] for name in KEPT if name in key} for key in jwks["keys"]]}


def thumbprint(key: Mapping[str, Any]) -> str:
    """Return the key's thumbprint (RFC 7638), by which two people can tell that they speak of the same key."""
    return str(JWKRegistry.import_key(dict(key)).thumbprint())
