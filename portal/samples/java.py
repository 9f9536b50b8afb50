"""Samples for Java 17 with `java.net.http`.

They need `java.net.URI`, `java.net.http.*` and `java.util.regex.Pattern`. The JDK cannot read JSON: a
pattern finds the token, and other answers stay text.
"""

import json

from portal.samples.literals import json_text
from portal.samples.steps import Step

PATTERN = r'Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"")'


def render(step: Step) -> str:
    """Return the call; the token lands in `accessToken`."""
    lines = ["HttpClient client = HttpClient.newHttpClient();"] if step.first else []
    request = f"request{step.token_number}" if step.gets_token else f"{answer(step)}Request"
    lines += [f"HttpRequest {request} = HttpRequest.newBuilder()", *(f"    {link}" for link in _links(step))]
    lines[-1] += ";"
    sent = f"client.send({request}, HttpResponse.BodyHandlers.ofString())"
    if step.gets_token:
        response = f"response{step.token_number}"
        lines += [
            f"HttpResponse<String> {response} = {sent};",
            f"String {answer(step)} = {PATTERN}",
            f"    .matcher({response}.body()).results().findFirst().orElseThrow().group(1);",
        ]
    else:
        lines.append(f"String {answer(step)} = {sent}.body();")
    return "\n".join(lines)


def answer(step: Step) -> str:
    """Return the variable that holds the answer: the token, or JSON."""
    return f"accessToken{step.token_number}" if step.gets_token else step.answer_in_camel_case


def _links(step: Step) -> list[str]:
    request = step.request
    links = [f".uri(URI.create({json.dumps(request.address)}))"]
    if request.needs_token:
        links.append(f'.header("Authorization", "Bearer " + accessToken{step.token_number})')
    if request.body is not None:
        links.append('.header("Content-Type", "application/json")')
    if request.method != "GET":
        links.append(_method(step))
    return [*links, ".build()"]


def _method(step: Step) -> str:
    method, body = step.request.method, step.request.body
    publisher = "noBody()" if body is None else f"ofString({_text_block(json_text(body))})"
    if method == "DELETE" and body is None:
        return ".DELETE()"
    if method in {"POST", "PUT"}:
        return f".{method}(HttpRequest.BodyPublishers.{publisher})"
    return f'.method("{method}", HttpRequest.BodyPublishers.{publisher})'


def _text_block(text: str) -> str:
    # JSON never has three quotes in a row or a space at a line's end, which leaves the backslashes.
    lines = text.replace("\\", "\\\\").replace("\n", "\n" + " " * 8)
    return f'"""\n{" " * 8}{lines}"""'
