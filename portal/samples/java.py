"""Samples for Java 17 with `java.net.http`.

They need `java.net.URI`, `java.net.http.*` and `java.util.regex.Pattern`; those that send files
`java.nio.file.Path`, those with a multipart body `java.util.UUID`, and those with HTTP Basic `java.util.Base64`. The
JDK cannot read JSON: a pattern finds the token and what later calls take from an answer, which stays text otherwise.
"""

import json
import re
from typing import Any

from portal.samples.literals import camel_case, json_text
from portal.samples.references import Reference, pieces, references
from portal.samples.requests import Body, File, Json, Multipart, Part
from portal.samples.steps import Step

PATTERN = r'Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"")'
FIND = ".results().findFirst().orElseThrow().group(1);"
PUBLISHERS = "HttpRequest.BodyPublishers"


def render(step: Step) -> str:
    """Return the call; the token lands in `accessToken`."""
    lines = ["HttpClient client = HttpClient.newHttpClient();"] if step.first else []
    for each in step.fresh:
        found = f"Pattern.compile({json.dumps(_pattern(each))})"
        lines += [f"String {reference(each)} = {found}", f"    .matcher({camel_case(each.name)}){FIND}"]
    if isinstance(step.request.body, Multipart):
        lines.append("String boundary = UUID.randomUUID().toString();")
    request = f"request{step.token_number}" if step.gets_token else _request(step)
    lines += [f"HttpRequest {request} = HttpRequest.newBuilder()", *(f"    {link}" for link in _links(step))]
    lines[-1] += ";"
    sent = f"client.send({request}, HttpResponse.BodyHandlers.ofString())"
    if step.gets_token:
        response = f"response{step.token_number}"
        lines += [
            f"HttpResponse<String> {response} = {sent};",
            f"String {answer(step)} = {PATTERN}",
            f"    .matcher({response}.body()){FIND}",
        ]
    elif step.reads == "nothing":
        lines.append(f"HttpResponse<String> response = {sent};")
    else:
        lines.append(f"String {answer(step)} = {sent}.body();")
    return "\n".join(lines)


def answer(step: Step) -> str:
    """Return what holds the answer: the token, or JSON."""
    if step.gets_token:
        return f"accessToken{step.token_number}"
    return "response.statusCode()" if step.reads == "nothing" else step.answer_in_camel_case


def _request(step: Step) -> str:
    return "request" if step.reads == "nothing" else f"{step.answer_in_camel_case}Request"


def finds(reference: Reference, answer: str) -> str:
    """Return what the sample finds for a reference in the text of an answer, nothing where it finds nothing."""
    match = re.search(_pattern(reference), answer)
    return match[1] if match else ""


def _links(step: Step) -> list[str]:
    request = step.request
    parts = pieces(request.address, request.references)
    address = " + ".join(reference(part) if isinstance(part, Reference) else json.dumps(part) for part in parts)
    links = [f".uri(URI.create({address}))"]
    if request.needs_token:
        links.append(f'.header("Authorization", "Bearer " + accessToken{step.token_number})')
    if request.basic:
        pair = '(clientId + ":" + clientSecret).getBytes()'
        links.append(f'.header("Authorization", "Basic " + Base64.getEncoder().encodeToString({pair}))')
    links += [f".header({_text(name)}, {_text(value)})" for name, value in request.all_headers]
    if isinstance(request.body, Multipart):
        links.append(f'.header("Content-Type", "{request.body.media_type}; boundary=" + boundary)')
    if request.method != "GET" or request.body is not None:
        links.append(_method(step))
    return [*links, ".build()"]


def _method(step: Step) -> str:
    method, body = step.request.method, step.request.body
    publisher = f"{PUBLISHERS}.noBody()" if body is None else _publisher(body)
    if method == "DELETE" and body is None:
        return ".DELETE()"
    if method in {"POST", "PUT"}:
        return f".{method}({publisher})"
    return f'.method("{method}", {publisher})'


def _publisher(body: Body) -> str:
    match body:
        case Json(value):
            return f"{PUBLISHERS}.ofString({_json(value)})"
        case File(name):
            return f"{PUBLISHERS}.ofFile(Path.of({_text(name)}))"
        case Multipart(parts):
            closing = f'{PUBLISHERS}.ofString("--" + boundary + "--\\r\\n")'
            indented = ",\n        ".join([*(each for part in parts for each in _part(part)), closing])
            return f"{PUBLISHERS}.concat(\n        {indented})"
    return f"{PUBLISHERS}.ofString({_text(body.text)})"


def _part(part: Part) -> list[str]:
    head = f"Content-Disposition: form-data; name={_in_header(part.name)}"
    if part.filename is not None:
        head += f"; filename={_in_header(part.filename)}"
    if part.media_type:
        head += f"\r\nContent-Type: {part.media_type}"
    opened = f"\r\n{head}\r\n\r\n"
    text = opened if part.filename is not None else f"{opened}{part.text}\r\n"
    opening = f'{PUBLISHERS}.ofString("--" + boundary + {_text(text)})'
    if part.filename is None:
        return [opening]
    return [
        opening,
        f"{PUBLISHERS}.ofFile(Path.of({_text(part.filename)}))",
        f'{PUBLISHERS}.ofString("\\r\\n")',
    ]


def _in_header(text: str) -> str:
    # As browsers write it (HTML, multipart/form-data).
    return '"' + text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22") + '"'


def _text(text: str) -> str:
    return json_text(text)


def _json(value: Any) -> str:
    parts = pieces(json_text(value), references(value))
    taken = [reference(part) for part in parts if isinstance(part, Reference)]
    if not taken:
        return _text_block(json_text(value))
    with_marks = "".join("%s" if isinstance(part, Reference) else part.replace("%", "%%") for part in parts)
    return f"{_text_block(with_marks)}.formatted({', '.join(taken)})"


def reference(taken: Reference) -> str:
    """Return the expression for a value of an earlier answer."""
    return camel_case("_".join(map(str, (taken.name, *taken.path))))


def _pattern(reference: Reference) -> str:
    """Return what finds the value: names from the outside to the inside, as many times as the index in a list says."""
    pattern, gap = r'"([^"]+)"', r"\s*"
    for part in reversed(reference.path):
        if isinstance(part, int):
            pattern, gap = f"(?:.*?{pattern}){{{part + 1}}}" if part else f".*?{pattern}", ""
        else:
            pattern, gap = rf'"{part}"\s*:{gap}{pattern}', ".*?"
    return pattern


def _text_block(text: str) -> str:
    if text.endswith('"'):  # text alone
        return _text(text)
    # JSON never has three quotes in a row or a space at a line's end, which leaves the backslashes.
    lines = text.replace("\\", "\\\\").replace("\n", "\n" + " " * 8)
    return f'"""\n{" " * 8}{lines}"""'
