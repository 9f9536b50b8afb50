"""A request as a browser describes it in JSON, read strictly: what is written down must be sendable as it is."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from portal.openapi.documents import METHODS
from portal.samples.calls import CallError, check_json
from portal.samples.composing import BINARY, IGNORED
from portal.samples.requests import FORM, JSON, Body, File, Form, Json, Multipart, Pairs, Part, Request, Text, decoded

URL = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
    r"(?:[/?](?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?"
)
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:; ?[A-Za-z0-9_-]+=[A-Za-z0-9._+-]+)*")
_KEYS: Final = {
    "json": {"kind", "value"},
    "form": {"kind", "text"},
    "text": {"kind", "text"},
    "file": {"kind", "name"},
    "multipart": {"kind", "parts"},
}
_DEFAULTS: Final = {"json": JSON, "form": FORM, "text": "text/plain", "file": BINARY}
MOST_HEADERS: Final = 100
LONGEST_URL: Final = 8_000
DEEPEST: Final = 60
"""How many objects and lists may stand in each other."""
LONGEST_WRITTEN: Final = 400_000
"""Characters of a JSON value an entry a line: deep ones with many entries grow two hundredfold."""


class UnreadableError(ValueError):
    """What is wrong, in words that repeat nothing that was sent, and where: `pointer` (RFC 6901)."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer


def read(given: Mapping[str, Any]) -> Request:
    """Return the request that `{method, url, headers: [[name, value]], body, needs_token}` describes.

    The last three may be left out. `url` is whole, encoded, and carries the query. `body` is null or one of

    * `{kind: "json", value}`: any JSON value,
    * `{kind: "form", text}`: encoded fields,
    * `{kind: "text", text}`,
    * `{kind: "file", name}`: the reader's file of this name,
    * `{kind: "multipart", parts: [{name, text, type} or {name, filename, type}]}`; `type` may be empty or left out.

    Its media type is that of the header `Content-Type`, without one the usual one of its kind.

    :raises UnreadableError: for anything else.
    """
    _no_more_than({"method", "url", "headers", "body", "needs_token"}, given, "")
    method, url = _text(given, "method", "").upper(), _text(given, "url", "")
    if method.lower() not in METHODS:
        raise UnreadableError("/method", "Send one of the methods of HTTP that OpenAPI knows.")
    if len(url) > LONGEST_URL or not URL.fullmatch(url):
        raise UnreadableError("/url", "Send a whole URL of http or https, percent-encoded, without a fragment.")
    needs_token = given.get("needs_token", False)
    if not isinstance(needs_token, bool):
        raise UnreadableError("/needs_token", "Send true or false.")
    headers, media_type = _headers(given.get("headers") or [])
    body = None if given.get("body") is None else _body(given["body"], media_type)
    return Request(method, url, decoded(url.partition("?")[2]), headers, body, needs_token)


def _headers(given: Any) -> tuple[Pairs, str]:
    """Return the headers, each name once (RFC 9110, section 5.2), and apart from them the type of the body."""
    if not isinstance(given, list) or len(given) > MOST_HEADERS:
        raise UnreadableError("/headers", f"Send a list of at most {MOST_HEADERS} pairs.")
    found: dict[str, tuple[str, str]] = {}
    for index, pair in enumerate(given):
        place = f"/headers/{index}"
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair)):
            raise UnreadableError(place, "Send a pair of texts, name and value.")
        name, value = pair
        if not TOKEN.fullmatch(name) or not re.fullmatch(r"[\t -~]*", value):
            raise UnreadableError(place, "Names and values of headers are ASCII, without line ends.")
        key = name.lower()
        if key in IGNORED - {"content-type", "accept"}:
            raise UnreadableError(place, "The client writes this header itself; a credential has no place here.")
        kept, before = found.get(key, (name, ""))
        between = "; " if key == "cookie" else ", "
        found[key] = kept, f"{before}{between}{value.strip()}" if before else value.strip()
    media_type = found.pop("content-type", ("", ""))[1]
    if media_type and not MEDIA_TYPE.fullmatch(media_type):
        raise UnreadableError("/headers", "The Content-Type is no media type.")
    return tuple(found.values()), media_type


def _body(given: Any, media_type: str) -> Body:
    kind = given.get("kind") if isinstance(given, Mapping) else None
    if not isinstance(kind, str) or kind not in _KEYS:
        raise UnreadableError("/body/kind", f"Send one of {', '.join(_KEYS)}.")
    _no_more_than(_KEYS[kind], given, "/body")
    media_type = media_type or _DEFAULTS.get(kind, "")
    if kind == "json":
        return Json(_value(given), media_type)
    if kind == "multipart":
        return Multipart(_parts(given.get("parts")))
    if kind == "file":
        return File(_filename(given, "name", "/body"), media_type)
    text = _text(given, "text", "/body")
    pairs = decoded(text) if kind == "form" else ()
    return Form(pairs, media_type) if pairs else Text(text, media_type)


def _value(given: Mapping[str, Any]) -> Any:
    if "value" not in given:
        raise UnreadableError("/body/value", "A JSON body has a value, which may be null.")
    try:
        _check_depth(given["value"], DEEPEST)
        check_json(given["value"], "value")
    except CallError:
        raise UnreadableError(
            "/body/value", "This value does not survive JSON: use smaller numbers, or text."
        ) from None
    if len(json.dumps(given["value"], indent=4)) > LONGEST_WRITTEN:
        raise UnreadableError("/body/value", f"An entry a line, this is more than {LONGEST_WRITTEN} characters.")
    return given["value"]


def _check_depth(value: Any, left: int) -> None:
    if left == 0:
        raise UnreadableError("/body/value", f"Nest at most {DEEPEST} levels.")
    if isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            _check_depth(inner, left - 1)


def _parts(given: Any) -> tuple[Part, ...]:
    if not isinstance(given, list) or not given:
        raise UnreadableError("/body/parts", "Send a list of parts.")
    return tuple(_part(part, f"/body/parts/{index}") for index, part in enumerate(given))


def _part(given: Any, place: str) -> Part:
    if not isinstance(given, Mapping):
        raise UnreadableError(place, "A part is an object.")
    _no_more_than({"name", "text", "filename", "type"}, given, place)
    name, media_type = _text(given, "name", place), given.get("type") or ""
    if not name or re.search(r'["\\=;\r\n]', name):
        raise UnreadableError(f"{place}/name", "This name of a part cannot be written in every language.")
    if not isinstance(media_type, str) or (media_type and not MEDIA_TYPE.fullmatch(media_type)):
        raise UnreadableError(f"{place}/type", "This is no media type.")
    if given.get("filename") is not None:
        return Part(name, "", media_type or BINARY, _filename(given, "filename", place))
    return Part(name, _text(given, "text", place), media_type)


def _filename(given: Mapping[str, Any], key: str, place: str) -> str:
    """Return the name without its folders."""
    name = re.split(r"[/\\]", _text(given, key, place))[-1]
    if not name or not name.isprintable():
        raise UnreadableError(f"{place}/{key}", "Send the name of a file.")
    return name


def _text(given: Mapping[str, Any], key: str, place: str) -> str:
    value = given.get(key)
    if not isinstance(value, str):
        raise UnreadableError(f"{place}/{key}", "Send text.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UnreadableError(f"{place}/{key}", "Half of a surrogate pair is no text.") from None
    if "\0" in value:
        raise UnreadableError(f"{place}/{key}", "A shell cannot hold U+0000.")
    return value


def _no_more_than(keys: set[str], given: Mapping[str, Any], place: str) -> None:
    if not given.keys() <= keys:
        raise UnreadableError(place, f"There is no more here than {', '.join(sorted(keys))}.")
