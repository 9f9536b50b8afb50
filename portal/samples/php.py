"""Samples for PHP with Laravel's `Http`."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.samples.literals import Notation, camel_case, escaped
from portal.samples.references import Reference, pieces
from portal.samples.requests import FORM, JSON, Body, File, Form, Json, Multipart, Pairs, Part, Request, Text
from portal.samples.steps import Step
from portal.samples.styles import compact

_SINGLE = "'\\"
_DOUBLE = '"\\$'


def render(step: Step) -> str:
    """Return the call; the token lands in `$token`."""
    number = step.token_number
    if not step.gets_token:
        return f"{_variable(step)} = {_call(step)}{_READS[step.reads]};"
    return "\n".join(
        [
            f"$response{number} = {_call(step)};",
            f"{answer(step)} = $response{number}->json('access_token');",
        ]
    )


def answer(step: Step) -> str:
    """Return what holds the answer."""
    if step.gets_token:
        return f"$token{step.token_number}"
    return f"{_variable(step)}->status()" if step.reads == "nothing" else _variable(step)


_READS = {"json": "->json()", "text": "->body()", "nothing": ""}


def _variable(step: Step) -> str:
    return "$response" if step.reads == "nothing" else f"${step.answer_in_camel_case}"


def _call(step: Step) -> str:
    request = step.request
    links = [f"withToken($token{step.token_number})"] if request.needs_token else []
    if request.basic:
        links.append("withBasicAuth($clientId, $clientSecret)")
    if request.headers:
        links.append(f"withHeaders({PHP.write(dict(request.headers))})")
    return "Http::" + "->".join(links + _sending(request))


def _sending(request: Request) -> list[str]:
    address, url = (_address(text, request.references) for text in (request.address, request.url))
    if request.body is None:
        if request.method not in {"GET", "HEAD"}:
            # post() and put() send [] where they are given nothing.
            return [f"send('{request.method}', {address})"]
        if request.query and _is_array(request.query):
            return [_verb(request, url, PHP.write(dict(request.query)))]
        return [_verb(request, address)]
    as_array = _array(request.body) if request.method in {"POST", "PUT", "PATCH", "DELETE"} else None
    if as_array is not None:
        first, array = as_array
        return [*first, _verb(request, address, array)]
    if isinstance(request.body, Multipart):
        parts = PHP.write({"multipart": [_part(part) for part in request.body.parts]})
        return ["asMultipart()", f"send('{request.method}', {address}, {parts})"]
    return [_raw(request.body), _verb(request, address)]


def _verb(request: Request, *arguments: str) -> str:
    if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} and (
        request.body is None or request.method not in {"GET", "HEAD"}
    ):
        return f"{request.method.lower()}({', '.join(arguments)})"
    return f"send('{request.method}', {', '.join(arguments)})"


def _array(body: Body) -> tuple[list[str], str] | None:
    """Return the body as the array that Laravel encodes, after the link that says how; None where it has no such."""
    match body:
        case Json(list() as value, media_type) if media_type == JSON and value:
            return [], PHP.write(value)
        case Json(Mapping() as value, media_type) if media_type == JSON and value and not any(map(_is_number, value)):
            return [], PHP.write(value)  # Laravel counts keys that are numbers anew
        case Form(pairs, media_type) if media_type == FORM and _is_array(pairs):
            return ["asForm()"], PHP.write(dict(pairs))
        case Multipart(parts):
            return ["asMultipart()"], PHP.write([_part(part) for part in parts])
    return None


def _raw(body: Json | Form | Text | File) -> str:
    match body:
        case Json(value):
            # An empty array would be sent as [].
            is_short = not isinstance(value, Mapping | list) or not value
            content = _text(compact(value)) if is_short else f"json_encode({PHP.write(value)})"
        case File(name):
            content = f"file_get_contents({_text(name)})"
        case Form() | Text():
            content = _text(body.text)
    return f"withBody({content}, {_text(body.media_type)})"


def _part(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {"name": part.name, "contents": part.text}
    if part.filename is not None:
        found |= {"contents": _Code(f"fopen({_text(part.filename)}, 'r')"), "filename": part.filename}
    if part.media_type:
        found["headers"] = {"Content-Type": part.media_type}
    return found


def _is_array(pairs: Pairs) -> bool:
    """Say whether an array can hold them: a name stands once, and none is a number."""
    names = [name for name, _value in pairs]
    return bool(names) and len(set(names)) == len(names) and not any(map(_is_number, names))


def _is_number(name: str) -> bool:
    return name.lstrip("-").isdigit()


class _Code(str):
    """What stands in an array as it is."""


def _address(text: str, references: Sequence[Reference]) -> str:
    return " . ".join(PHP.write(part) for part in pieces(text, references))


def reference(taken: Reference) -> str:
    """Return the expression for a value of an earlier answer."""
    places = (f"[{part}]" if isinstance(part, int) else f"[{_text(part)}]" for part in taken.path)
    return f"${camel_case(taken.name)}{''.join(places)}"


def _text(text: str) -> str:
    if isinstance(text, _Code):
        return text
    return f"'{escaped(text, _SINGLE)}'" if text.isprintable() else f'"{escaped(text, _DOUBLE)}"'


def _brackets(mapping: Mapping[str, Any]) -> tuple[str, str]:
    # PHP sends an array whose keys count from 0 as a list; an empty one too.
    counts = list(mapping) == [str(index) for index in range(len(mapping))]
    return ("(object) [" if counts else "["), "]"


PHP = Notation(
    indent="    ",
    null="null",
    true="true",
    false="false",
    text=_text,
    entry=lambda name: f"{_text(name)} => ",
    mapping=_brackets,
    reference=reference,
)
