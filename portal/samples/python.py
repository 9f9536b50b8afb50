"""Samples for Python with `requests`."""

from collections.abc import Sequence
from typing import Any

from portal.samples.literals import Notation
from portal.samples.references import Reference, pieces
from portal.samples.requests import FORM, JSON, Body, File, Form, Json, Multipart, Part, Request
from portal.samples.steps import Step

_METHODS = frozenset({"GET", "OPTIONS", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


def render(step: Step) -> str:
    """Return the call; the token lands in `access_token`."""
    if not step.gets_token:
        return f"{_variable(step)} = {_call(step)}{_READS[step.reads]}"
    response = f"resp{step.token_number}"
    return f"{response} = {_call(step)}\n{answer(step)} = {response}.json()['access_token']"


def answer(step: Step) -> str:
    """Return what holds the answer."""
    if step.gets_token:
        return f"access_token{step.token_number}"
    return f"{_variable(step)}.status_code" if step.reads == "nothing" else _variable(step)


_READS = {"json": ".json()", "text": ".text", "nothing": ""}


def _variable(step: Step) -> str:
    return "resp" if step.reads == "nothing" else step.answer


def _call(step: Step) -> str:
    request = step.request
    options = [f"params={_flat(request.query)}"] if request.query else []
    if request.body is not None:
        options.append(_body(request.body))
    headers = [f"{name!r}: {value!r}" for name, value in _headers(request)]
    if request.needs_token:
        headers.insert(0, f"'Authorization': f'Bearer {{access_token{step.token_number}}}'")
    if headers:
        options.append(f"headers={{{', '.join(headers)}}}")
    if request.basic:
        options.append("auth=(client_id, client_secret)")
    arguments = [_address(request), *options]
    function = f"requests.{request.method.lower()}"
    if request.method not in _METHODS:
        function, arguments = "requests.request", [repr(request.method), *arguments]
    if len(options) <= 1 and not headers:
        return f"{function}({', '.join(arguments)})"
    lines = [f"\n{argument},".replace("\n", "\n    ") for argument in arguments]
    return f"{function}({''.join(lines)}\n)"


def _headers(request: Request) -> list[tuple[str, str]]:
    """Return the headers that the library does not write itself."""
    match request.body:
        case None | Multipart():
            return list(request.headers)
        case Json(value, media_type) if media_type == JSON and value is not None:
            return list(request.headers)
        case Form(pairs, media_type) if media_type == FORM and pairs:
            return list(request.headers)
    return list(request.all_headers)


def _body(body: Body) -> str:
    match body:
        case Json(None):
            return "data='null'"  # json=None sends nothing
        case Json(value):
            return f"json={PYTHON.write(value)}"
        case Form(pairs) if pairs:
            return f"data={_pairs(pairs)}"
        case File(name):
            return f"data=open({name!r}, 'rb')"
        case Multipart(parts):
            return f"files={_pairs([(part.name, _part(part)) for part in parts])}"
    return f"data={body.text!r}" + ("" if body.text.isascii() else ".encode()")


def _pairs(pairs: Sequence[tuple[str, Any]]) -> str:
    """Return them a line each where they are several."""
    if len(pairs) > 1 and _once(pairs):
        return PYTHON.write(dict(pairs))
    return _flat(pairs)


def _flat(pairs: Sequence[tuple[str, Any]]) -> str:
    if not _once(pairs):
        return "[" + ", ".join(f"({name!r}, {PYTHON.write(value)})" for name, value in pairs) + "]"
    return "{" + ", ".join(f"{name!r}: {PYTHON.write(value)}" for name, value in pairs) + "}"


def _once(pairs: Sequence[tuple[str, Any]]) -> bool:
    return len(dict(pairs)) == len(pairs)


class _Code(str):
    """What stands in the code as it is."""

    __repr__ = str.__str__


def _part(part: Part) -> _Code:
    kind = f", {part.media_type!r}" if part.media_type else ""
    if part.filename is None:
        return _Code(f"(None, {part.text!r}{kind})")
    return _Code(f"({part.filename!r}, open({part.filename!r}, 'rb'){kind})")


def _address(request: Request) -> str:
    parts = pieces(request.url, request.references)
    if not any(isinstance(part, Reference) for part in parts):
        return repr(request.url)
    written = (f"{{{reference(part)}}}" if isinstance(part, Reference) else _in_f_string(part) for part in parts)
    return f'f"{"".join(written)}"'


def _in_f_string(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("{", "{{").replace("}", "}}")


def reference(taken: Reference) -> str:
    """Return the expression for a value of an earlier answer."""
    return taken.name + "".join(f"[{part!r}]" for part in taken.path)


PYTHON = Notation(
    indent="    ",
    null="None",
    true="True",
    false="False",
    text=repr,
    entry=lambda name: f"{name!r}: ",
    mapping=lambda _mapping: ("{", "}"),
    reference=reference,
)
