"""Query parameters, as strict as bodies."""

from collections.abc import Sequence

from rest_framework.request import Request

from portal.problems.exceptions import FieldError, Problem


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
    if unknown := set(sent) - {*required, *optional}:
        known = ", ".join([*required, *optional]) or "none"
        faults.append(
            FieldError(pointer="", code="unknown", detail=f"{len(unknown)} unknown; this call knows: {known}.")
        )
    faults += [
        FieldError(pointer=f"?{name}", code="repeated", detail="Send this parameter once.")
        for name in (*required, *optional)
        if len(sent.getlist(name)) > 1
    ]
    if faults:
        raise Problem("invalid_parameter", errors=faults)
    return {name: str(sent[name]) for name in sent}
