"""Samples for cURL in a POSIX shell."""

import re

from portal.samples.literals import json_text
from portal.samples.steps import Step

BEARER = '-H "Authorization: Bearer {access_token}"'
"""The reader puts the token in by hand: a shell has nothing that reads JSON."""


def render(step: Step) -> str:
    """Return the call as one command on continued lines."""
    request = step.request
    method = "" if request.method == "GET" else f"-X {request.method} "
    lines = [f"curl {method}{_word(request.address)}"]
    if request.needs_token:
        lines.append(BEARER)
    if request.body is not None:
        body = json_text(request.body).replace("\n", "\n  ").replace("'", r"'\''")
        lines += ['-H "Content-Type: application/json"', f"-d '{body}'"]
    return " \\\n  ".join(lines)


def answer(_step: Step) -> str:
    """Return nothing: the command prints the answer."""
    return ""


def _word(address: str) -> str:
    if re.fullmatch(r"[\w:/.,%-]+", address, re.ASCII):
        return address
    return '"' + re.sub(r'(["\\$`])', r"\\\1", address) + '"'
