"""Query parameters, as strict as bodies."""

import re
from collections.abc import Sequence

from rest_framework.request import Request

from portal.problems.exceptions import FieldError, Problem

NAME = re.compile(r"[A-Za-z_]{1,40}")


def _pointer(name: str) -> str:
    """Return `?name`, or `?` alone where the name is not one that a programmer would write."""
    return f"?{name}" if NAME.fullmatch(name) else "?"


def single_parameters(
    request: Request, *, required: Sequence[str] = (), optional: Sequence[str] = ()
) -> dict[str, str]:
    """Return the query parameters, each known and sent once.

    :raises Problem: `invalid_parameter`, naming every parameter that is missing, unknown or repeated.
    """
    sent = request.query_params
    faults = [
        FieldError(pointer=f"?{name}", code="missing", detail="This parameter is required.")
        for name in required
        if not sent.get(name)
    ]
    known = ", ".join([*required, *optional]) or "none"
    faults += [
        FieldError(pointer=_pointer(name), code="unknown", detail=f"This call knows these parameters: {known}.")
        for name in sent
        if name not in {*required, *optional}
    ]
    faults += [
        FieldError(pointer=f"?{name}", code="repeated", detail="Send this parameter once.")
        for name in (*required, *optional)
        if len(sent.getlist(name)) > 1
    ]
    if faults:
        raise Problem("invalid_parameter", errors=faults)
    return {name: str(sent[name]) for name in sent}
