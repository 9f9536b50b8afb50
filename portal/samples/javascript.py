"""Samples for JavaScript with `fetch`, in a module of a browser or Node.js."""

import re

from portal.samples.literals import Notation, escaped
from portal.samples.steps import Step


def render(step: Step) -> str:
    """Return the call; the token lands in `access_token`."""
    response = f"response{step.token_number}" if step.gets_token else f"{answer(step)}Response"
    options = "".join(f"\n  {option}," for option in _options(step))
    arguments = _text(step.request.address) + (f", {{{options}\n}}" if options else "")
    return "\n".join(
        [
            f"const {response} = await fetch({arguments});",
            f"const {_binding(step)} = await {response}.json();",
        ]
    )


def answer(step: Step) -> str:
    """Return the variable that holds the answer."""
    return f"access_token{step.token_number}" if step.gets_token else step.answer_in_camel_case


def _binding(step: Step) -> str:
    if not step.gets_token:
        return answer(step)
    return f"{{ access_token: {answer(step)} }}" if step.token_number else "{ access_token }"


def _options(step: Step) -> list[str]:
    request = step.request
    headers = []
    if request.needs_token:
        headers.append(f"Authorization: `Bearer ${{access_token{step.token_number}}}`")
    if request.body is not None:
        headers.append("'Content-Type': 'application/json'")
    options = [] if request.method == "GET" else [f"method: {_text(request.method)}"]
    if len(headers) == 1:
        options.append(f"headers: {{ {headers[0]} }}")
    elif headers:
        options.append("headers: {" + "".join(f"\n    {header}," for header in headers) + "\n  }")
    if request.body is not None:
        body = JAVASCRIPT.write(request.body).replace("\n", "\n  ")
        options.append(f"body: JSON.stringify({body})")
    return options


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
)
