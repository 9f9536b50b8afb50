"""Samples for Python with `requests`."""

from portal.samples.literals import Notation
from portal.samples.steps import Step


def render(step: Step) -> str:
    """Return the call; the token lands in `access_token`."""
    if not step.gets_token:
        return f"{answer(step)} = {_call(step)}.json()"
    response = f"resp{step.token_number}"
    return f"{response} = {_call(step)}\n{answer(step)} = {response}.json()['access_token']"


def answer(step: Step) -> str:
    """Return the variable that holds the answer."""
    return f"access_token{step.token_number}" if step.gets_token else step.answer


def _call(step: Step) -> str:
    request = step.request
    options = []
    if request.query:
        pairs = ", ".join(f"{name!r}: {value!r}" for name, value in request.query.items())
        options.append(f"params={{{pairs}}}")
    if request.body is not None:
        options.append(f"json={PYTHON.write(request.body)}")
    if request.needs_token:
        options.append(f"headers={{'Authorization': f'Bearer {{access_token{step.token_number}}}'}}")
    arguments = [repr(request.url), *options]
    if len(options) <= 1 and not request.needs_token:
        return f"requests.{request.method.lower()}({', '.join(arguments)})"
    lines = [f"\n{argument},".replace("\n", "\n    ") for argument in arguments]
    return f"requests.{request.method.lower()}({''.join(lines)}\n)"


PYTHON = Notation(
    indent="    ",
    null="None",
    true="True",
    false="False",
    text=repr,
    entry=lambda name: f"{name!r}: ",
    mapping=lambda _mapping: ("{", "}"),
)
