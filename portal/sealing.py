"""What is encrypted at rest under KEY_ENCRYPTION_KEYS: the first key encrypts, all of them decrypt."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealedForeverError(Exception):
    """The key that this was sealed under is not in KEY_ENCRYPTION_KEYS."""


def _cipher() -> MultiFernet:
    digests = (hashlib.sha256(secret.encode()).digest() for secret in settings.KEY_ENCRYPTION_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def seal(content: bytes) -> str:
    """Return the content encrypted, as text."""
    return _cipher().encrypt(content).decode()


def unseal(sealed: str) -> bytes:
    """Return what was sealed.

    :raises SealedForeverError: where no key opens it.
    """
    try:
        return _cipher().decrypt(sealed.encode())
    except InvalidToken as exc:
        raise SealedForeverError("add the key that this was encrypted under to KEY_ENCRYPTION_KEYS") from exc
