"""A request composed from any operation of an OpenAPI document and the values for it.

static/js/console/request.js follows the same rules; both are held to tests/samples/composing_cases.json.
"""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import quote, urljoin

from portal.edge.environments import SANDBOX, base_url
from portal.openapi.documents import Mapped, Operation
from portal.openapi.values import parameters_of
from portal.samples import styles
from portal.samples.requests import (
    FORM,
    JSON,
    Body,
    File,
    Form,
    Json,
    Multipart,
    Part,
    Request,
    Text,
    decoded,
)

IGNORED: Final = frozenset({
    "accept", "authorization", "connection", "content-length", "content-type", "date", "expect", "host", "keep-alive",
    "te", "trailer", "transfer-encoding", "upgrade", "via",
})  # fmt: skip
"""Headers that OpenAPI tells to ignore as parameters, and those that only a client itself may write."""
BINARY: Final = "application/octet-stream"
_LEGIBLE = "/:@!$&'()*+,;=~%"


class UnfitValueError(ValueError):
    """A value that cannot be sent. `place` is where it stands in the values: `path.id`, `body`."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place


def compose(operation: Operation, values: Mapped, server: str | None = None) -> Request:
    """Return the request that the operation and the values mean, without a credential.

    `values` have the keys path, query, header and cookie (values by name), media_type, body (a JSON value or text)
    and files (`{"name": …, "type": …}` or a list of such by the name of the part, the whole body under the empty
    name); each may be left out. `server` is the URL before the path, by default the operation's own.

    :raises UnfitValueError: where something is missing, or cannot be sent.
    """
    parameters = parameters_of(operation)
    path, _, fixed = operation.path.partition("#")[0].partition("?")
    query = [quote(fixed, safe=_LEGIBLE + "?")] if fixed else []
    cookies: list[str] = []
    headers: list[tuple[str, str]] = []
    for found in parameters:
        name, where = str(found["name"]), found["in"]
        value = _sent(found, _of(values, where).get(name))
        if where == "path" or value is None:
            continue
        if where == "header" and name.lower() not in IGNORED:
            headers.append((name, _header(found, value)))
        elif where == "query":
            query += _query(found, value, reserved=found.get("allowReserved") is True)
        elif where == "cookie":
            cookies += _query(found, value, reserved=False)
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    address = (server_url(operation) if server is None else server) + _path(path, parameters, _of(values, "path"))
    search = "&".join(query)
    return Request(
        operation.method,
        f"{address}?{search}" if search else address,
        decoded(search),
        tuple(headers),
        _body(operation, values),
    )


def server_url(operation: Operation) -> str:
    """Return the URL before the operation's path: the sandbox's for our own document, the document's for others."""
    if not operation.document.slug:
        return base_url(SANDBOX)
    url = operation.servers[0].url if operation.servers else "/"
    try:
        return quote(urljoin("https://api.example.com/", url), safe=_LEGIBLE + "[]").rstrip("/")
    except ValueError:  # half of an IPv6 address
        return ""


def _of(values: Any, name: str) -> Mapped:
    found = values.get(name) if isinstance(values, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _style(found: Mapped, default: str) -> tuple[str, bool]:
    style = str(found.get("style") or default)
    explode = found.get("explode")
    return style, explode if isinstance(explode, bool) else style == "form"


def _sent(found: Mapped, value: Any) -> Any:
    """Return what is sent of a value: all of it where a media type says how."""
    return value if _of(found, "content") else styles.sent(value)


def _content(found: Mapped, value: Any) -> str | None:
    """Return the value as the parameter's media type says, None where a style does."""
    media_type = next(iter(_of(found, "content")), None)
    if media_type is None:
        return None
    return styles.compact(value) if _is_json(media_type) else styles.text(value)


def _header(found: Mapped, value: Any) -> str:
    content = _content(found, value)
    text = styles.in_header(value if content is None else content, explode=_style(found, "simple")[1])
    if not re.fullmatch(r"[\t -~]*", text):
        raise UnfitValueError(f"header.{found['name']}", "a header has only characters of ASCII, and one line")
    return text


def _query(found: Mapped, value: Any, *, reserved: bool) -> list[str]:
    content = _content(found, value)
    if content is not None:
        return styles.in_query(found["name"], content, "form", explode=False, reserved=reserved)
    style, explode = _style(found, "form")
    return styles.in_query(found["name"], value, style, explode=explode, reserved=reserved)


def _path(path: str, parameters: list[Mapped], values: Mapped) -> str:
    known = {str(found["name"]): found for found in parameters if found["in"] == "path"}

    def segment(written: str) -> str:
        places = re.findall(r"\{([^{}]*)\}", written)
        parts = re.split(r"\{[^{}]*\}", written)
        text = quote(parts[0], safe=_LEGIBLE)
        for name, after in zip(places, parts[1:], strict=True):
            text += _filled_in(known.get(name, {"name": name}), values.get(name))
            text += quote(after, safe=_LEGIBLE)
        if places and text in {"", ".", ".."}:
            # Clients resolve dots, even percent-encoded ones, before they send.
            raise UnfitValueError(f"path.{places[0]}", f"{text!r} cannot stand in a path")
        return text

    return "/".join(map(segment, path.split("/")))


def _filled_in(found: Mapped, value: Any) -> str:
    value = _sent(found, value)
    if value is None:
        raise UnfitValueError(f"path.{found['name']}", "a value is needed")
    content = _content(found, value)
    style, explode = _style(found, "simple")
    return styles.in_path(found["name"], value if content is None else content, style, explode=explode)


def _body(operation: Operation, values: Mapped) -> Body | None:
    media_type, files = str(values.get("media_type") or ""), _of(values, "files")
    value = values.get("body")
    if not media_type or ("body" not in values and not files):
        return None
    kind = media_type.partition(";")[0].strip().lower()
    body = operation.document.follow(operation.raw.get("requestBody"))
    encoding = _of(_of(_of(body, "content"), media_type), "encoding")
    if kind == FORM:
        return _form(_fields(value), encoding, media_type)
    if kind.startswith("multipart/"):
        parts = tuple(_parts(_fields(value), encoding, files))
        return Multipart(parts) if parts else None
    if "" in files:
        return File(str(files[""]["name"]), _type_of_file(files[""], media_type))
    if _is_json(kind) or ("*" in kind and not isinstance(value, str)):
        return Json(value, JSON if "*" in kind else media_type)
    return Text(styles.text(value), "text/plain" if "*" in kind else media_type)


def _is_json(media_type: str) -> bool:
    kind = media_type.partition(";")[0].strip().lower()
    return kind.endswith(("/json", "+json"))


def _fields(value: Any) -> Mapped:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UnfitValueError("body", "a form is made of fields: an object")
    return value


def _form(fields: Mapped, encoding: Mapped, media_type: str) -> Body:
    parts: list[str] = []
    for name, value in fields.items():
        rules = _of(encoding, name)
        if rules.keys() & {"style", "explode", "allowReserved"}:
            parts += _query({"name": name, **rules}, value, reserved=rules.get("allowReserved") is True)
            continue
        content_type = str(rules.get("contentType") or "")
        if _is_json(content_type) and value is not None:
            value = styles.compact(value)  # noqa: PLW2901 - one field from here on
        elif isinstance(value, Mapping):
            value = styles.compact(value)  # noqa: PLW2901
        parts += styles.in_query(name, value, "form", explode=True)
    text = "&".join(parts)
    pairs = decoded(text)
    return Form(pairs, media_type) if pairs or not text else Text(text, media_type)


def _parts(fields: Mapped, encoding: Mapped, files: Mapped) -> Iterator[Part]:
    for name, value in fields.items():
        content_type = str(_of(encoding, name).get("contentType") or "").split(",")[0].strip()
        whole = not isinstance(value, list) or _is_json(content_type)
        for item in [value] if whole else value:
            if item is None:
                continue
            is_json = _is_json(content_type) or not isinstance(item, str | int | float)
            default = JSON if isinstance(item, Mapping | list) else ""
            yield Part(name, styles.compact(item) if is_json else styles.text(item), content_type or default)
    for name, given in files.items():
        allowed = str(_of(encoding, name).get("contentType") or "*/*")
        for file in given if isinstance(given, list) else [given]:
            yield Part(name, media_type=_type_of_file(file, allowed), filename=str(file["name"]))


def _type_of_file(file: Mapped, allowed: str) -> str:
    """Return the type of the file where it is among those, otherwise the first of them."""
    own = str(file.get("type") or "")
    types = [each.strip() for each in allowed.split(",")]
    if own and any(fnmatchcase(own, each) for each in types):
        return own
    return next((each for each in types if "*" not in each), own or BINARY)
