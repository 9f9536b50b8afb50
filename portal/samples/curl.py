"""Samples for cURL in a POSIX shell."""

import re

from portal.samples.literals import json_text
from portal.samples.references import Reference
from portal.samples.requests import FORM, Body, File, Form, Json, Multipart, Part, Request, Text
from portal.samples.steps import Step

BEARER = '-H "Authorization: Bearer {access_token}"'
"""The reader puts the token in by hand, as other values of answers: a shell has nothing that reads JSON."""
BASIC = '-u "{client_id}:{client_secret}"'


def render(step: Step) -> str:
    """Return the call as one command on continued lines."""
    request = step.request
    lines = [f"curl {_method(request)}{_word(request.address)}"]
    if request.needs_token:
        lines.append(BEARER)
    if request.basic:
        lines.append(BASIC)
    lines += [_header(name, value) for name, value in request.headers]
    if request.body is not None:
        lines += _body(request.body)
    return " \\\n  ".join(lines)


def answer(_step: Step) -> str:
    """Return nothing: the command prints the answer."""
    return ""


def reference(taken: Reference) -> str:
    """Return what the reader replaces by a value of an earlier answer."""
    return str(taken)


def _method(request: Request) -> str:
    if request.method == "HEAD" and request.body is None:
        return "--head "
    return "" if request.method == "GET" and request.body is None else f"-X {request.method} "


def _header(name: str, value: str) -> str:
    # An empty one takes a semicolon; a colon would take the header away.
    return f"-H {_quoted(f'{name}: {value}' if value else f'{name};')}"


def _body(body: Body) -> list[str]:
    header = _header("Content-Type", body.media_type)
    match body:
        case Json(value):
            return [header, _data(json_text(value).replace("\n", "\n  "))]
        case Form():
            return [_data(body.text)] if body.media_type == FORM else [header, _data(body.text)]
        case Text(text):
            return [header, _data(text)]
        case File(name):
            return [header, f"--data-binary {_path(f'@{name}')}"]
        case Multipart(parts):
            return [_part(part) for part in parts]


def _data(text: str) -> str:
    # -d would read the file of this name.
    return f"{'--data-raw' if text.startswith('@') else '-d'} {_literal(text)}"


def _part(part: Part) -> str:
    kind = f";type={part.media_type}" if part.media_type else ""
    if part.filename is not None:
        return f"-F {_path(f'{part.name}=@{_in_form(part.filename)}{kind}')}"
    # -F would read a file, open a part of parts, take a semicolon for the end, and leave out white space around.
    is_plain = part.text[:1] not in {"@", "<", "(", '"', ""} and ";" not in part.text and part.text.strip() == part.text
    if is_plain:
        return f"-F {_path(f'{part.name}={part.text}{kind}')}"
    if kind:
        return f"-F {_path(f'{part.name}={_in_form(part.text)}{kind}')}"
    return f"--form-string {_path(f'{part.name}={part.text}')}"


def _in_form(text: str) -> str:
    """Return a text as curl reads it in a form, where a semicolon or a comma would end it."""
    if re.fullmatch(r"[\w./-]+", text):
        return text
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _path(text: str) -> str:
    return text if re.fullmatch(r"[\w@=./-]+", text, re.ASCII) else _literal(text)


def _literal(text: str) -> str:
    if text.replace("\n", "").isprintable():
        return "'" + text.replace("'", r"'\''") + "'"
    # What one cannot see would be lost on its way through a page and a terminal; bash and zsh read escapes in $'…'.
    return "$'" + "".join(map(_escaped, text)) + "'"


def _escaped(character: str) -> str:
    if character == "\n" or (character.isprintable() and character not in "'\\"):
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode())


def _quoted(text: str) -> str:
    # An interactive shell takes ! within double quotes for its history, and a tab for a question.
    return _literal(text) if re.search(r'["\\$`!\t]', text) else f'"{text}"'


def _word(address: str) -> str:
    if re.fullmatch(r"[\w:/.,%-]+", address, re.ASCII):
        return address
    if "!" in address:
        return _literal(address)
    return '"' + re.sub(r'(["\\$`])', r"\\\1", address) + '"'
