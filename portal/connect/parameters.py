"""Query parameters, as strict as bodies."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from rest_framework.request import Request

from portal.problems.exceptions import FieldError, Problem

DATE, TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
MOMENT = re.compile(rf"{DATE}([Tt]{TIME}([Zz]|[+-][0-9]{{2}}:[0-9]{{2}}))?")
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


def unfit(name: str, detail: str) -> Problem:
    """Return the problem of a parameter whose value is not of the right form."""
    return Problem("invalid_parameter", errors=[FieldError(pointer=f"?{name}", code="invalid", detail=detail)])


def moment(parameters: dict[str, str], name: str) -> datetime | None:
    """Return the parameter as a moment; a date alone means its beginning in UTC.

    :raises Problem: `invalid_parameter`.
    """
    if name not in parameters:
        return None
    text = parameters[name]
    if MOMENT.fullmatch(text):
        with suppress(ValueError, OverflowError):
            found = datetime.fromisoformat(text.upper())
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    raise unfit(name, "Send a date (2025-11-18) or a time with its offset (2025-11-18T09:30:00Z), as in RFC 3339.")


def one_of(parameters: dict[str, str], name: str, choices: Sequence[str]) -> str | None:
    """Return the parameter, which must be one of the choices.

    :raises Problem: `invalid_parameter`.
    """
    if name in parameters and parameters[name] not in choices:
        raise unfit(name, f"Send one of these: {', '.join(choices)}.")
    return parameters.get(name)


def matching(parameters: dict[str, str], name: str, fits: Callable[[str], object], detail: str) -> str | None:
    """Return the parameter, which must be of the right form.

    :raises Problem: `invalid_parameter`, with `detail`.
    """
    if name in parameters and not fits(parameters[name]):
        raise unfit(name, detail)
    return parameters.get(name)
