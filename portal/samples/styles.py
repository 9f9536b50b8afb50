"""How parameters are written: the styles of OpenAPI 3.0 and 3.1, which are those of RFC 6570."""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

RESERVED = ":/?@!$()*,;="
"""What `allowReserved` leaves as it is. The others would end the value, or clients change them."""
_DELIMITERS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}


def text(value: Any) -> str:
    """Return a single value as text: numbers as JavaScript writes them, lists and objects as JSON."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return _number(value)
        case int():
            return str(value)
    return compact(value)


def compact(value: Any) -> str:
    """Return the value as JSON without spaces, as JavaScript writes it."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def sent(value: Any) -> Any:
    """Return the value without what cannot be sent: nulls; an empty list or object is null altogether."""
    match value:
        case Mapping():
            return {name: inner for name, inner in value.items() if inner is not None} or None
        case list() | tuple():
            return [inner for inner in value if inner is not None] or None
    return value


def in_path(name: str, value: Any, style: str, *, explode: bool) -> str:
    """Return what stands in the path instead of `{name}`: simple, label or matrix."""
    prefix, between = {"label": (".", "."), "matrix": (";", ";")}.get(style, ("", ","))
    named = quote(name, safe="") if style == "matrix" else ""
    items = _items(value, lambda item: quote(text(item), safe=""), explode=explode)
    if not explode:
        return prefix + _named(named, ",".join(items))
    if isinstance(value, Mapping):
        whole = [item.removesuffix("=") if named else item for item in items]  # a name without a value
    else:
        whole = [_named(named, item) for item in items]
    return prefix + between.join(whole)


def in_header(value: Any, *, explode: bool) -> str:
    """Return a header's value: simple, and nothing encoded."""
    return ",".join(_items(value, text, explode=explode)).strip(" \t")


def in_query(name: str, value: Any, style: str, *, explode: bool, reserved: bool = False) -> list[str]:
    """Return the parts of a query, a form or the cookies, encoded, to be joined; none where nothing is sent."""
    value = sent(value)
    if value is None:
        return []

    def written(item: Any) -> str:
        return _reserved(text(item)) if reserved else quote(text(item), safe=":")

    named = quote(name, safe=":")
    if style == "deepObject":
        return [f"{quote(inner, safe=':')}={written(item)}" for inner, item in _deep(name, value)]
    if explode and isinstance(value, Mapping):
        return [f"{quote(inner, safe=':')}={written(item)}" for inner, item in value.items()]
    if explode and isinstance(value, list):
        return [f"{named}={written(item)}" for item in value]
    return [f"{named}={_DELIMITERS.get(style, ',').join(_items(value, written, explode=False))}"]


def _items(value: Any, written: Callable[[Any], str], *, explode: bool) -> list[str]:
    match value:
        case Mapping():
            pairs = [(written(name), written(inner)) for name, inner in value.items()]
            return (
                [f"{name}={inner}" for name, inner in pairs] if explode else [each for pair in pairs for each in pair]
            )
        case list() | tuple():
            return [written(inner) for inner in value]
    return [written(value)]


def _named(name: str, value: str) -> str:
    return (f"{name}={value}" if value else name) if name else value


def _deep(name: str, value: Any) -> list[tuple[str, Any]]:
    match value:
        case Mapping():
            inner = [(f"{name}[{key}]", each) for key, each in value.items()]
        case list() | tuple():
            inner = [(f"{name}[{index}]", each) for index, each in enumerate(value)]
        case _:
            return [(name, value)]
    return [pair for key, each in inner if each is not None for pair in _deep(key, each)]


def _reserved(value: str) -> str:
    return "".join(
        each if re.fullmatch(r"%[0-9A-Fa-f]{2}", each) else quote(each, safe=RESERVED)
        for each in re.split(r"(%[0-9A-Fa-f]{2})", value)
    )


def _plain(value: Any) -> Any:
    match value:
        case float() if value.is_integer() and abs(value) < 1e21:
            return int(value)
        case Mapping():
            return {name: _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    return value


def _number(value: float) -> str:
    """Return a number as ECMAScript does (Number::toString, section 6.1.6.1.20)."""
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    point = len(digits) + int(exponent)
    minus, figures = "-" if sign and any(digits) else "", "".join(map(str, digits))
    if len(figures) <= point <= 21:
        return minus + figures.ljust(point, "0")
    if 0 < point <= 21:
        return f"{minus}{figures[:point]}.{figures[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{figures}" if any(digits) else "0"
    tail = f".{figures[1:]}" if figures[1:] else ""
    return f"{minus}{figures[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"
