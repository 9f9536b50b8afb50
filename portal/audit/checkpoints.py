"""Checkpoints: what each of them says, and the keyed hashes that nobody makes without LEDGER_KEY.

A checkpoint holds a mark (id and keyed digest) of every row of its span; its own hash covers the marks, the span, and
the hash of the checkpoint before. So a change anywhere is found, and the marks say which rows it was.
"""

import hashlib
import hmac
import json
import struct
from collections.abc import Iterable, Iterator
from datetime import UTC
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from portal.audit.ledgers import DIGEST_BYTES
from portal.audit.models import Checkpoint

FIRST_ID = -(2**63)
"""Where the first span begins: nothing can be put before it."""
_MARK = struct.Struct(f">q{DIGEST_BYTES}s")


def seal_key() -> bytes:
    """Return the key of rows and checkpoints. It cannot be had from hashes of patients, which use LEDGER_KEY itself."""
    return _derived(settings.LEDGER_KEY)


@lru_cache(maxsize=4)
def _derived(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"opescare ledger checkpoints 1").derive(secret.encode())


def pack(digests: Iterable[tuple[int, bytes]]) -> bytes:
    """Return the marks of these rows."""
    return b"".join(_MARK.pack(*digest) for digest in digests)


def unpack(marks: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield ids and digests."""
    return _MARK.iter_unpack(marks)


def digest_of(marks: bytes) -> str:
    """Return the digest that stays when the marks are pruned."""
    return hashlib.sha256(marks).hexdigest()


def mac_of(checkpoint: Checkpoint) -> str:
    """Return the hash that the checkpoint must carry."""
    said = [
        "checkpoint",
        checkpoint.ledger,
        checkpoint.number,
        checkpoint.first_id,
        checkpoint.last_id,
        checkpoint.rows,
        checkpoint.sealed_at.astimezone(UTC).isoformat(),
        checkpoint.previous,
        checkpoint.marks_digest,
    ]
    return _mac(said)


def pruned_mac_of(checkpoint: Checkpoint) -> str:
    """Return the hash by which a checkpoint says that its rows were deleted when their time was over."""
    return _mac(["pruned", checkpoint.mac])


def same(one: str, other: str) -> bool:
    """Compare two hashes."""
    return hmac.compare_digest(one.encode(), other.encode())


def _mac(said: list[object]) -> str:
    return hmac.digest(seal_key(), json.dumps(said).encode(), "sha256").hex()
