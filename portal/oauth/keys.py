"""Signing keys: made, encrypted, published, used and retired; parsed once per process.

A key's life: *published* from its creation, *signing* from `signs_from` until the next key's `signs_from`, and
published on until the last token that it may have signed has expired.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from joserfc.jwk import RSAKey

from portal.applications.feed import feed, publish
from portal.applications.models import MAXIMUM_TOKEN_LIFETIME
from portal.audit.actions import Actor, record_decision
from portal.edge.environments import ENVIRONMENTS, Environment
from portal.oauth.models import SigningKey
from portal.sealing import SealedForeverError, seal, unseal

KEY_BITS = 2048
ALGORITHM = "RS256"
PUBLISHED_AHEAD = timedelta(hours=1)
"""How long a key is in the JWKS before it signs: longer than the JWKS may be cached."""
JWKS_MAX_AGE = 600
KEPT_AFTER = timedelta(seconds=MAXIMUM_TOKEN_LIFETIME, minutes=5)


@dataclass(frozen=True)
class ParsedKey:
    """A key ready for use."""

    kid: str
    environment: Environment
    signs_from: datetime
    key: RSAKey


class KeyRing:
    """All keys of both environments, in memory; dropped when the feed says that they changed."""

    def __init__(self) -> None:
        self._keys: tuple[ParsedKey, ...] = ()
        self._lock = threading.Lock()

    def all(self) -> tuple[ParsedKey, ...]:
        """Return every published key, the next to sign last."""
        if keys := self._keys:
            return keys
        with self._lock:
            self._keys = self._keys or tuple(map(_parse, SigningKey.objects.order_by("signs_from", "id")))
            return self._keys

    def signing(self, environment: Environment) -> ParsedKey:
        """Return the key that signs now.

        :raises ImproperlyConfigured: where the environment has none.
        """
        now = timezone.now()
        for parsed in reversed(self.all()):
            if parsed.environment == environment and parsed.signs_from <= now:
                return parsed
        raise ImproperlyConfigured(f"{environment} has no signing key: run `manage.py rotate_keys`")

    def find(self, kid: str) -> ParsedKey | None:
        """Return the published key of this id."""
        return next((parsed for parsed in self.all() if parsed.kid == kid), None)

    def public(self, environment: Environment) -> dict[str, list[dict[str, object]]]:
        """Return the environment's JWK set (RFC 7517)."""
        keys = [parsed.key for parsed in self.all() if parsed.environment == environment]
        return {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM} for key in keys]}

    def reset(self, _subject: str = "") -> None:
        """Forget the keys, so that the next use reads them anew; those that are being read just now as well."""
        with self._lock:
            self._keys = ()


ring = KeyRing()
feed.subscribe("keys", ring.reset)


def _parse(row: SigningKey) -> ParsedKey:
    try:
        pem = unseal(row.encrypted_pem)
    except SealedForeverError as exc:
        raise ImproperlyConfigured(f"signing key {row.kid} cannot be decrypted: {exc}") from exc
    key = RSAKey.import_key(pem, {"kid": row.kid})
    return ParsedKey(row.kid, row.environment, row.signs_from, key)  # type: ignore[arg-type]


@transaction.atomic
def rotate(*, by: Actor, environment: Environment, compromised: bool = False) -> SigningKey:
    """Publish a new key that will sign in an hour, or at once where it is the first or the old ones are compromised.

    Compromised keys leave the JWKS at once, so every token that they signed is refused.
    """
    now = timezone.now()
    older = SigningKey.objects.filter(environment=environment)
    at_once = compromised or not older.exists()
    if compromised:
        older.delete()
    key = RSAKey.generate_key(KEY_BITS, auto_kid=True)
    row = SigningKey.objects.create(
        kid=key.kid or "",
        environment=environment,
        encrypted_pem=seal(key.as_pem(private=True)),
        created_at=now,
        signs_from=now if at_once else now + PUBLISHED_AHEAD,
    )
    record_decision(
        by=by,
        verb="oauth.rotate_keys",
        object_type="SigningKey",
        object_id=row.kid,
        after={"environment": environment, "compromised": compromised},
    )
    publish("keys", environment)
    return row


@transaction.atomic
def retire() -> int:
    """Delete the keys whose last token must have expired, and return how many."""
    limit = timezone.now() - KEPT_AFTER
    gone = [kid for environment in ENVIRONMENTS for kid in _outlived(environment, limit)]
    if gone:
        SigningKey.objects.filter(kid__in=gone).delete()
        publish("keys", "")
    return len(gone)


def _outlived(environment: Environment, limit: datetime) -> Iterable[str]:
    """Yield the keys whose successor began to sign before the limit."""
    rows = list(SigningKey.objects.filter(environment=environment).order_by("signs_from", "id"))
    for row, successor in pairwise(rows):
        if successor.signs_from < limit:
            yield row.kid
