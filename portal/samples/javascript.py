"""Samples for JavaScript with `fetch`, in a module of a browser or Node.js; files are those of a page's file input."""

import re
from dataclasses import replace

from portal.samples.literals import Notation, camel_case, escaped
from portal.samples.references import Reference, pieces
from portal.samples.requests import FORM, Body, File, Form, Json, Multipart, Pairs, Part, Request
from portal.samples.steps import Step

INPUT = "document.querySelector('input[type=file]').files"


def render(step: Step) -> str:
    """Return the call; the token lands in `access_token`."""
    if step.request.method in {"GET", "HEAD"} and step.request.body is not None:
        without = render(replace(step, request=replace(step.request, body=None)))
        return f"// fetch sends no body with {step.request.method}.\n{without}"
    response = f"response{step.token_number}" if step.gets_token else _response(step)
    options = "".join(f"\n  {option}," for option in _options(step))
    arguments = _address(step.request) + (f", {{{options}\n}}" if options else "")
    lines = [*_before(step.request), f"const {response} = await fetch({arguments});"]
    if step.reads != "nothing":
        lines.append(f"const {_binding(step)} = await {response}.{step.reads}();")
    return "\n".join(lines)


def answer(step: Step) -> str:
    """Return what holds the answer."""
    if step.gets_token:
        return f"access_token{step.token_number}"
    return f"{_response(step)}.status" if step.reads == "nothing" else step.answer_in_camel_case


def _response(step: Step) -> str:
    return "response" if step.reads == "nothing" else f"{step.answer_in_camel_case}Response"


def _binding(step: Step) -> str:
    if not step.gets_token:
        return answer(step)
    return f"{{ access_token: {answer(step)} }}" if step.token_number else "{ access_token }"


def _before(request: Request) -> list[str]:
    """Return the lines that make the body where one expression cannot."""
    match request.body:
        case File():
            return [f"const [file] = {INPUT};"]
        case Multipart(parts):
            count = sum(part.filename is not None for part in parts)
            names = ", ".join("file" if number == 1 else f"file{number}" for number in range(1, count + 1))
            files = [f"const [{names}] = {INPUT};"] if count else []
            return [*files, "const form = new FormData();", *_appended(parts)]
    return []


def _appended(parts: tuple[Part, ...]) -> list[str]:
    lines, count = [], 0
    for part in parts:
        if part.filename is not None:
            count += 1
            content = "file" if count == 1 else f"file{count}"
        elif part.media_type:
            content = f"new Blob([{_text(part.text)}], {{ type: {_text(part.media_type)} }})"
        else:
            content = _text(part.text)
        lines.append(f"form.append({_text(part.name)}, {content});")
    return lines


def _options(step: Step) -> list[str]:
    request = step.request
    headers = []
    if request.needs_token:
        headers.append(f"Authorization: `Bearer ${{access_token{step.token_number}}}`")
    if request.basic:
        headers.append("Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`")
    headers += [_key(name) + _text(value) for name, value in _headers(request)]
    options = [] if request.method == "GET" else [f"method: {_text(request.method)}"]
    if len(headers) == 1:
        options.append(f"headers: {{ {headers[0]} }}")
    elif headers:
        options.append("headers: {" + "".join(f"\n    {header}," for header in headers) + "\n  }")
    if request.body is not None:
        options.append("body: " + _body(request.body).replace("\n", "\n  "))
    return options


def _headers(request: Request) -> Pairs:
    """Return the headers that `fetch` does not write itself."""
    is_form = isinstance(request.body, Form) and request.body.media_type == FORM
    return request.headers if is_form else request.all_headers


def _body(body: Body) -> str:
    match body:
        case Json(value):
            return f"JSON.stringify({JAVASCRIPT.write(value)})"
        case Form(pairs):
            return f"new URLSearchParams({_fields(pairs)})"
        case File():
            return "file"
        case Multipart():
            return "form"
    return _text(body.text)


def _fields(pairs: Pairs) -> str:
    names = [name for name, _value in pairs]
    # An object has a name once, and sorts those that are numbers to its front.
    if not names or (len(set(names)) == len(names) and not any(map(str.isdigit, names))):
        return JAVASCRIPT.write(dict(pairs)) if names else ""
    written = "".join(f"\n  [{_text(name)}, {_text(value)}]," for name, value in pairs)
    return f"[{written}\n]"


def _address(request: Request) -> str:
    parts = pieces(request.address, request.references)
    if not any(isinstance(part, Reference) for part in parts):
        return _text(request.address)
    written = (f"${{{reference(part)}}}" if isinstance(part, Reference) else escaped(part, "`\\$") for part in parts)
    return f"`{''.join(written)}`"


def reference(taken: Reference) -> str:
    """Return the expression for a value of an earlier answer."""
    places = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in taken.path)
    return camel_case(taken.name) + "".join(places)


def _text(text: str) -> str:
    return "'" + escaped(text, "'\\") + "'"


def _key(name: str) -> str:
    if name == "__proto__":
        return "['__proto__']: "  # without the brackets it would set the prototype
    return f"{name}: " if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) else f"{_text(name)}: "


JAVASCRIPT = Notation(
    indent="  ",
    null="null",
    true="true",
    false="false",
    text=_text,
    entry=_key,
    mapping=lambda _mapping: ("{", "}"),
    reference=reference,
)
