"""A call as a guide writes it, and the request that it means."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from portal.openapi.document import Operation, UnknownOperationError, operation
from portal.samples.references import Reference, references
from portal.samples.requests import Json, Request

SAFE_INTEGER = 2**53 - 1
"""JavaScript and many JSON libraries round larger ones (RFC 8259, section 6)."""


class CallError(ValueError):
    """The call does not fit the OpenAPI document, or its values cannot be sent as they are."""


@dataclass(frozen=True)
class Call:
    """An operation and its arguments: parameters, and the fields of the body, by name.

    Later calls of a page take values from the answer of one that has a `name`. `refused` is the status of the error
    that it is answered with, where that is meant.
    """

    operation_id: str
    arguments: Mapping[str, Any]
    name: str = ""
    refused: int = 0


def resolve(call: Call, base_url: str) -> Request:
    """Return the request that the call means.

    :raises CallError: for an unknown operation, an unknown or missing argument, or an unfit value.
    """
    try:
        target = operation(call.operation_id)
    except UnknownOperationError as exc:
        raise CallError(str(exc)) from None
    _check_names(target, call.arguments)
    for name, value in call.arguments.items():
        check_json(value, name)
    path, query = target.path, dict[str, str]()
    for parameter in target.parameters:
        if parameter.name not in call.arguments:
            continue
        text = _text(call.arguments[parameter.name], parameter.name)
        if parameter.location == "path":
            path = path.replace(f"{{{parameter.name}}}", _segment(text, parameter.name))
        else:
            query[parameter.name] = text
    taken = tuple(dict.fromkeys(references(call.arguments)))
    return Request(
        target.method,
        _address(base_url.rstrip("/") + path, query, taken),
        tuple(query.items()),
        body=_body(target, call.arguments),
        needs_token=target.needs_token,
        references=taken,
    )


def _address(url: str, query: Mapping[str, str], taken: Sequence[Reference]) -> str:
    """Return the URL with its query. Commas and colons stay legible, and references stay what they are."""
    address = f"{url}?{urlencode(query, quote_via=quote, safe=',:')}" if query else url
    for reference in taken:
        address = address.replace(quote(reference, safe=""), reference)
    return address


def _body(target: Operation, arguments: Mapping[str, Any]) -> Json | None:
    if target.body is None:
        return None
    fields = {field.name for field in target.body}
    return Json({name: value for name, value in arguments.items() if name in fields})


def _check_names(target: Operation, arguments: Mapping[str, Any]) -> None:
    takes = {field.name: field.required for field in target.body or ()}
    for parameter in target.parameters:
        if parameter.location in {"path", "query"}:
            takes[parameter.name] = parameter.required
    known = ", ".join(takes) or "nothing"
    for name in arguments:
        if name not in takes:
            raise CallError(f"{target.id} has no argument {name!r}; it takes {known}")
    for name, required in takes.items():
        if required and name not in arguments:
            raise CallError(f"{target.id} needs the argument {name!r}")


def _text(value: object, place: str) -> str:
    match value:
        case Reference():
            return value
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
    raise CallError(f"{place}: only text, a number, true or false can stand in an address")


def _segment(text: str, place: str) -> str:
    # Clients resolve dots, even percent-encoded ones, before they send.
    if text in {"", ".", ".."}:
        raise CallError(f"{place}: {text!r} cannot stand in a path")
    return quote(text, safe="")


def check_json(value: object, place: str) -> None:
    """Refuse what JSON cannot carry from one language to another.

    :raises CallError: naming the place of what it is.
    """
    match value:
        case None | bool():
            return
        case str():
            _check_text(value, place)
        case int() | float():
            _check_number(value, place)
        case Mapping() | list() | tuple():
            for name, inner in _children(value, place):
                check_json(inner, name)
        case _:
            # YAML makes dates of unquoted ones.
            raise CallError(f"{place}: JSON has no {type(value).__name__}; put it in quotes")


def _children(value: Mapping[Any, Any] | Sequence[Any], place: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        yield from ((f"{place}[{index}]", inner) for index, inner in enumerate(value))
        return
    for name, inner in value.items():
        if not isinstance(name, str):
            raise CallError(f"{place}: {name!r} is no name of a field; put it in quotes")
        _check_text(name, place)
        yield f"{place}.{name}", inner


def _check_text(text: str, place: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CallError(f"{place}: half of a surrogate pair is no text") from None


def _check_number(number: float, place: str) -> None:
    if not math.isfinite(number):
        raise CallError(f"{place}: JSON has no {number}")
    if isinstance(number, int) and abs(number) > SAFE_INTEGER:
        raise CallError(f"{place}: {number} loses digits on its way; send it as text")
