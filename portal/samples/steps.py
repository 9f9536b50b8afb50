"""A request and its place in the program that the samples of a page make together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from portal.openapi.answers import UnknownFieldError, types_at
from portal.openapi.document import operation
from portal.samples.calls import Call, CallError, resolve
from portal.samples.literals import camel_case
from portal.samples.references import Reference, references
from portal.samples.requests import Request

GRANT = "createToken"
ANSWER = "answer"
Reads = Literal["json", "text", "nothing"]


@dataclass(frozen=True)
class Step:
    """What a language needs to know to write the call.

    A second answer of a kind gets a number (`patient`, `patient2`), because JavaScript and Java declare no
    name twice; so does a second token, which all later steps use. `reads` says what comes back: where it is nothing
    to read, the whole response is the answer. `fresh` are the references that no earlier step has.
    """

    request: Request
    first: bool
    gets_token: bool
    answer: str
    token_number: str
    reads: Reads = "json"
    fresh: tuple[Reference, ...] = ()

    @property
    def answer_in_camel_case(self) -> str:
        """Return the name of the answer as JavaScript, PHP and Java would write it."""
        return camel_case(self.answer)


def step(call: Call, base_url: str, after: Sequence[Call]) -> Step:
    """Return the call as the step that follows those of `after`.

    :raises CallError: where the call does not fit the document, or takes a value that no answer before it has.
    """
    request = resolve(call, base_url)
    for reference in request.references:
        check_reference(reference, after)
    answers = [_answer(each) for each in (*after, call) if each.operation_id != GRANT]
    tokens = len(after) + 1 - len(answers)
    answer = answers[-1] if answers else ""
    if call.name and (call.name in (each.name for each in after) or answers.count(call.name) > 1):
        raise CallError(f"an earlier answer of this page is called {call.name!r} already")
    earlier = {found for each in after for found in references(each.arguments)}
    return Step(
        request=request,
        first=not after,
        gets_token=call.operation_id == GRANT,
        answer=answer + _number(answers.count(answer)),
        token_number=_number(tokens),
        fresh=tuple(each for each in request.references if each not in earlier),
    )


def check_reference(reference: Reference, after: Sequence[Call]) -> None:
    """Refuse a reference to what none of these calls is called, or to what its answer cannot hold as text.

    :raises CallError: saying what there is.
    """
    named = {call.name: call for call in after if call.name}
    if reference.name not in named:
        known = ", ".join(named) or "none with a name"
        raise CallError(f"{reference.written}: no call before this one is called {reference.name!r}; there are {known}")
    try:
        types = types_at(named[reference.name].operation_id, reference.path)
    except UnknownFieldError as exc:
        raise CallError(f"{reference.written}: {exc}") from None
    if "string" not in types:
        kind = " or ".join(sorted(types))
        raise CallError(f"{reference.written}: only text can be taken from an answer, and this is {kind}")


def _answer(call: Call) -> str:
    return call.name or snake_case(operation(call.operation_id).answer or "Answer")


def alone(request: Request, *, answer: str = "", gets_token: bool = False, reads: Reads = "json") -> Step:
    """Return a request that stands on a page of its own, as its only step; `answer` is the name of its answer."""
    return Step(request, first=True, gets_token=gets_token, answer=answer or ANSWER, token_number="", reads=reads)


def snake_case(name: str) -> str:
    """Return `PatientProfile` as `patient_profile`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _number(count: int) -> str:
    return str(count) if count > 1 else ""
