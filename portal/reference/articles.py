"""An operation as an article of a page: what the document says of it, and what our code knows beside."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString

from portal.openapi.documents import Operation
from portal.problems.catalogue import KNOWN_ERRORS
from portal.problems.problem_types import ProblemType
from portal.reference.described import Answer, Body, Described, describe
from portal.reference.examples import Example
from portal.reference.facts import Facts, facts
from portal.reference.nodes import Node
from portal.reference.samples import code_group
from portal.samples.groups import coloured

CODE = re.compile(r"`(\w+)`: [^`]+")
LONGEST_COLOURED = 10_000
"""Characters of an example in colours; Pygments takes 10 ms for so many."""


@dataclass(frozen=True)
class Sent:
    """What is sent or answered alike in one or more media types. `place` stands before the anchors of its fields."""

    media_types: tuple[str, ...]
    schema: Node | None
    place: str


@dataclass(frozen=True)
class Sample:
    """An example as HTML."""

    example: Example
    html: SafeString | str
    status: str = ""


@dataclass(frozen=True)
class Answered:
    """An answer. `errors` are the codes that it may carry, where its description says nothing else. `own` are the
    fields of an error that not all errors of the operation have.
    """

    answer: Answer
    bodies: tuple[Sent, ...]
    errors: tuple[ProblemType, ...]
    own: tuple[Node, ...] = ()

    @property
    def named_error(self) -> Node | None:
        """Return the schema of an error that has a page of its own."""
        schema = self.bodies[0].schema if self.bodies and not self.is_good else None
        return schema if schema and schema.reference else None

    @property
    def is_good(self) -> bool:
        """Say whether this is what the caller hopes for."""
        return self.answer.status_class == "2"


@dataclass(frozen=True)
class Header:
    """A header of one or more answers."""

    node: Node
    statuses: tuple[str, ...]


@dataclass(frozen=True)
class Article:
    """An operation. `place` stands before all its anchors: empty where the page shows no other. `shared` are the fields
    that all its errors have.
    """

    described: Described
    facts: Facts
    place: str
    bodies: tuple[Sent, ...]
    answers: tuple[Answered, ...]
    headers: tuple[Header, ...]
    code: SafeString
    requests: tuple[Sample, ...]
    replies: tuple[Sample, ...]
    shared: tuple[Node, ...] = ()

    @property
    def operation(self) -> Operation:
        """Return the operation."""
        return self.described.operation

    @property
    def weight(self) -> int:
        """Return how many fields are shown."""
        nodes = [node for _place, each in self.described.parameters for node in each]
        nodes += [sent.schema for sent in self.bodies if sent.schema]
        nodes += [sent.schema for each in self.answers if each.is_good for sent in each.bodies if sent.schema]
        return sum(_fields(node) for node in nodes)


def article(operation: Operation) -> Article:
    """Return an operation with everything that there is to say."""
    described = describe(operation)
    code = code_group(operation)
    requests = [_sample(each) for body in described.bodies for each in body.examples]
    answers = [
        Answered(each, tuple(_sent(each.bodies)), () if operation.document.slug else _errors(each))
        for each in described.answers
    ]
    errors = [each.named_error for each in answers if each.named_error]
    shared = _in_each([{field.name for field in error.children} for error in errors])
    return Article(
        described=described,
        facts=facts(described),
        place="",
        bodies=tuple(_sent(described.bodies)),
        answers=tuple(_with_own(each, shared) for each in answers),
        headers=tuple(_headers(described.answers)),
        code=code,
        requests=tuple(_each_once(requests))[bool(code) :],
        replies=tuple(
            _sample(example, answer.status)
            for answer in described.answers
            for body in answer.bodies
            for example in body.examples
        ),
        shared=tuple(field for error in errors[:1] for field in error.children if field.name in shared),
    )


def one_of_many(operation: Operation) -> Article:
    """Return an operation as it stands on a page among others: without headers, and with one example at most."""
    whole = article(operation)
    replies = whole.replies[:1]
    return replace(whole, place=f"{operation.id}.", headers=(), requests=whole.requests[:0], replies=replies)


def _sent(bodies: tuple[Body, ...]) -> Iterator[Sent]:
    """Lay together what is the same in several media types."""
    found: list[tuple[Node | None, list[str]]] = []
    for body in bodies:
        same = next((types for schema, types in found if _alike(schema, body.schema)), None)
        if same is None:
            found.append((body.schema, [body.media_type]))
        else:
            same.append(body.media_type)
    for number, (schema, types) in enumerate(found):
        yield Sent(tuple(types), schema, f"{number + 1}." if number else "")


def _alike(one: Node | None, other: Node | None) -> bool:
    """Say whether both have the same insides, by whatever name."""
    if one is None or other is None:
        return one is other
    return _plain(one) == _plain(other)


def _plain(node: Node) -> Node:
    return replace(node, reference="", description="", title="")


def _in_each(sets: list[set[str]]) -> set[str]:
    return set.intersection(*sets) if sets else set()


def _with_own(answered: Answered, shared: set[str]) -> Answered:
    fields = answered.named_error.children if answered.named_error else ()
    return replace(answered, own=tuple(field for field in fields if field.name not in shared))


def _errors(answer: Answer) -> tuple[ProblemType, ...]:
    codes = CODE.findall(answer.description)
    known = all(code in KNOWN_ERRORS for code in codes) and not CODE.sub("", answer.description)
    return tuple(KNOWN_ERRORS[code] for code in codes) if known else ()


def _headers(answers: tuple[Answer, ...]) -> Iterator[Header]:
    found: dict[Node, list[str]] = {}
    for answer in answers:
        for node in answer.headers:
            found.setdefault(replace(node, anchor=f"headers.{node.name}"), []).append(answer.status)
    times: Counter[str] = Counter()
    for node, statuses in found.items():
        times[node.anchor] += 1
        again = f"~{times[node.anchor]}" if times[node.anchor] > 1 else ""  # it is another one in another answer
        yield Header(replace(node, anchor=node.anchor + again), tuple(statuses))


def _fields(node: Node) -> int:
    return 1 + sum(_fields(each) for each in (*node.children, *node.alternatives))


def _sample(example: Example, status: str = "") -> Sample:
    is_long = len(example.text) > LONGEST_COLOURED
    return Sample(example, example.text if is_long else coloured(example.text, example.language), status)


def _each_once(samples: list[Sample]) -> Iterator[Sample]:
    yield from {(each.example.name, each.example.text): each for each in samples}.values()
