"""A request and its place in the program that the samples of a page make together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from portal.openapi.document import operation
from portal.samples.calls import Call, resolve
from portal.samples.requests import Request

GRANT = "createToken"
ANSWER = "answer"
Reads = Literal["json", "text", "nothing"]


@dataclass(frozen=True)
class Step:
    """What a language needs to know to write the call.

    A second answer of a kind gets a number (`patient`, `patient2`), because JavaScript and Java declare no
    name twice; so does a second token, which all later steps use. `reads` says what comes back: where it is nothing
    to read, the whole response is the answer.
    """

    request: Request
    first: bool
    gets_token: bool
    answer: str
    token_number: str
    reads: Reads = "json"

    @property
    def answer_in_camel_case(self) -> str:
        """Return the name of the answer as JavaScript, PHP and Java would write it."""
        return re.sub(r"_(\w)", lambda letter: letter[1].upper(), self.answer)


def step(call: Call, base_url: str, after: Sequence[Call]) -> Step:
    """Return the call as the step that follows those of `after`."""
    request = resolve(call, base_url)
    calls = [operation(each.operation_id) for each in (*after, call)]
    answers = [snake_case(each.answer or "Answer") for each in calls if each.id != GRANT]
    tokens = len(calls) - len(answers)
    answer = answers[-1] if answers else ""
    return Step(
        request=request,
        first=not after,
        gets_token=call.operation_id == GRANT,
        answer=answer + _number(answers.count(answer)),
        token_number=_number(tokens),
    )


def alone(request: Request, *, answer: str = "", gets_token: bool = False, reads: Reads = "json") -> Step:
    """Return a request that stands on a page of its own, as its only step; `answer` is the name of its answer."""
    return Step(request, first=True, gets_token=gets_token, answer=answer or ANSWER, token_number="", reads=reads)


def snake_case(name: str) -> str:
    """Return `PatientProfile` as `patient_profile`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _number(count: int) -> str:
    return str(count) if count > 1 else ""
