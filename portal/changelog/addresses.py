"""Where the reference tells of what has changed."""

from django.urls import reverse

from portal.openapi.comparing import Change, Kind
from portal.openapi.differences import Difference
from portal.openapi.documents import Operation, contents


def operation_address(operation: Operation, change: Change | None) -> str:
    """Return the operation's address, with the place of a change, empty where the operation is gone."""
    if operation.id not in contents().operations:
        return ""
    anchor = _anchor(change) if change else ""
    return reverse("reference-operation", args=[operation.id]) + (f"#{anchor}" if anchor else "")


def schema_address(difference: Difference) -> str:
    """Return the address of the changed field on the page of its named schema, empty where that is gone."""
    if difference.schema not in contents().schemas:
        return ""
    anchor = _there(difference.change).removeprefix(difference.schema).removeprefix(".")
    return reverse("reference-schema", args=[difference.schema]) + (f"#{anchor}" if anchor else "")


def _anchor(change: Change) -> str:
    """Return the anchor on the page of an operation: answers that are errors show their fields elsewhere."""
    status, _dot, rest = change.place.partition(".")
    if change.what == "header":
        return status if change.kind == Kind.REMOVED else f"headers.{rest}"
    return status if status.isdecimal() and not status.startswith("2") else _there(change)


def _there(change: Change) -> str:
    """Return the place, or what it stood in where it is gone. Items and further fields may have none of their own."""
    place = change.place.rpartition(".")[0] if change.kind == Kind.REMOVED and "field" in change.what else change.place
    while place.endswith(("[]", ".*")):
        place = place[:-2]
    return place
