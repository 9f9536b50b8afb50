"""Samples for PHP with Laravel's `Http`."""

from collections.abc import Mapping
from typing import Any

from portal.samples.literals import Notation, escaped
from portal.samples.steps import Step

_SINGLE = "'\\"
_DOUBLE = '"\\$'


def render(step: Step) -> str:
    """Return the call; the token lands in `$token`."""
    number = step.token_number
    if not step.gets_token:
        return f"{answer(step)} = {_call(step)}->json();"
    return "\n".join(
        [
            f"$response{number} = {_call(step)};",
            f"{answer(step)} = $response{number}->json('access_token');",
        ]
    )


def answer(step: Step) -> str:
    """Return the variable that holds the answer."""
    return f"$token{step.token_number}" if step.gets_token else f"${step.answer_in_camel_case}"


def _call(step: Step) -> str:
    request = step.request
    links = [f"withToken($token{step.token_number})"] if request.needs_token else []
    url, address = _text(request.url), _text(request.address)
    verb = request.method.lower()
    if request.method == "GET":
        links.append(f"get({url}, {PHP.write(request.query)})" if request.query else f"get({url})")
    elif request.body:
        links.append(f"{verb}({address}, {PHP.write(request.body)})")
    elif request.body is not None:
        # An empty array would be sent as [].
        links += ["withBody('{}', 'application/json')", f"{verb}({address})"]
    else:
        # post() and put() send [] where they are given nothing.
        links.append(f"send('{request.method}', {address})")
    return "Http::" + "->".join(links)


def _text(text: str) -> str:
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
)
