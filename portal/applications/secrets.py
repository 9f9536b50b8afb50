"""Client secrets: how they look, and how they are kept.

A secret is `opc_sandbox_sk_` or `opc_live_sk_`, 40 random letters and digits (238 bits), and 6 characters of CRC-32,
so that a scanner can tell a leaked one from a look-alike without asking us. Because it is random, a keyed hash
keeps it safely; slow password hashes are for what people choose.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib

from django.conf import settings

from portal.edge.environments import SANDBOX, Environment

ALPHABET = string.digits + string.ascii_letters
PATTERN = re.compile(r"opc_(?:sandbox|live)_sk_[0-9A-Za-z]{46}")


def generate(environment: Environment) -> str:
    """Return a new secret for this environment."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(40))
    head = "opc_sandbox_sk_" if environment == SANDBOX else "opc_live_sk_"
    return f"{head}{body}{checksum(head + body)}"


def checksum(text: str) -> str:
    """Return the CRC-32 of the text as 6 characters in base 62."""
    number = zlib.crc32(text.encode())
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = ALPHABET[digit] + digits
    return digits


def is_well_formed(secret: str) -> bool:
    """Say whether this could be one of our generated secrets: pattern and checksum."""
    return bool(PATTERN.fullmatch(secret)) and checksum(secret[:-6]) == secret[-6:]


def digest(secret: str) -> str:
    """Return what is stored: HMAC-SHA256 under CREDENTIALS_PEPPER, in hexadecimal."""
    return hmac.new(settings.CREDENTIALS_PEPPER.encode(), secret.encode(), hashlib.sha256).hexdigest()
