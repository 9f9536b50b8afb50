"""Reading what somebody pasted as their public keys, and saying in plain words which line to mend."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from portal.applications.jwks import PRIVATE, InvalidJWKSError, check_jwks, public_part

PRIVATE_MEMBER = re.compile(rf'"(?:{"|".join(sorted(PRIVATE))})"\s*:')
STRUCTURE = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\]]')


@dataclass
class PastedKeysError(Exception):
    """The text cannot be used. `message` never repeats it; `line` counts from 1; `private`: a secret has leaked."""

    message: str
    line: int | None = None
    private: bool = False


def read_pasted(text: str) -> dict[str, Any]:
    """Return the key set that the text is; a single key counts as a set of one.

    :raises PastedKeysError: with the reason, and the line where it is known.
    """
    if "PRIVATE KEY" in text:
        raise PastedKeysError(_("This is a private key."), 1, private=True)
    if text.lstrip().startswith("-----BEGIN"):
        raise PastedKeysError(_("This is a key in PEM form. Write it as a JWK set, which is JSON."), 1)
    try:
        keys = json.loads(text)
    except json.JSONDecodeError as exc:
        if found := PRIVATE_MEMBER.search(text):
            raise PastedKeysError(_("This is a private key."), _line(text, found.start()), private=True) from None
        message = _("This is not JSON: something is missing, or too much, at character %(column)s of the line.")
        raise PastedKeysError(message % {"column": exc.colno}, exc.lineno) from None
    except (RecursionError, ValueError):
        raise PastedKeysError(_("This is not a JWK set.")) from None
    if isinstance(keys, dict) and "kty" in keys and "keys" not in keys:
        keys = {"keys": [keys]}
    try:
        check_jwks(keys)
    except InvalidJWKSError as exc:
        raise PastedKeysError(_(str(exc)), _line_of_fault(text, exc), private=exc.private) from None
    return public_part(keys)


def _line_of_fault(text: str, fault: InvalidJWKSError) -> int | None:
    """Return the line of the member that is at fault, or that of its key."""
    if fault.key is None:
        return None
    starts = [*(list(_objects(text)) or [0]), len(text)]
    spans = list(pairwise(starts))
    start, end = spans[min(fault.key, len(spans) - 1)]
    found = fault.member and re.compile(rf'"{re.escape(fault.member)}"\s*:').search(text, start, end)
    return _line(text, found.start() if found else start)


def _objects(text: str) -> Iterator[int]:
    """Yield where the objects begin that stand in a list of the outermost object."""
    depth = 0
    for found in STRUCTURE.finditer(text):
        match found[0]:
            case "{" | "[":
                if depth == 2 and found[0] == "{":
                    yield found.start()
                depth += 1
            case "}" | "]":
                depth -= 1


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
