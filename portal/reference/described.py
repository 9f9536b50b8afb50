"""One operation as its page shows it: parameters, bodies, answers with their examples, who may call it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from portal.openapi.documents import Document, Mapped, Operation, as_dict, as_list, operations_of
from portal.reference.examples import Example, Examples
from portal.reference.forms import text
from portal.reference.keywords import shown
from portal.reference.nodes import Node
from portal.reference.schemas import Tree

PLACES: Final = ("path", "query", "header", "cookie")
MOST: Final = 1_000
"""Parameters that are shown."""
MOST_ANSWERS: Final = 80
"""Answers, and headers of one, that are shown."""
MOST_BODIES: Final = 20
"""Media types of a body, callbacks of an operation, links of an answer and values of one, that are shown."""
STATUS: Final = re.compile(r"[1-5](\d\d|XX)\Z|default\Z", re.IGNORECASE)
HEADER: Final = re.compile(r"[\w.-]{1,200}\Z", re.ASCII)
MANNERS: Final = ("style", "explode", "allowReserved", "allowEmptyValue")
"""How a parameter is written into the request."""


@dataclass(frozen=True)
class Body:
    """What is sent or answered in one media type."""

    media_type: str
    schema: Node | None
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Link:
    """An operation that takes values of this answer. `takes` says which: (name, expression)."""

    name: str
    operation: str
    """Its id in the document, or where the document says it is."""
    description: str
    takes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Answer:
    """One response."""

    status: str
    description: str
    bodies: tuple[Body, ...]
    headers: tuple[Node, ...]
    links: tuple[Link, ...] = ()

    @property
    def status_class(self) -> str:
        """Return the first digit of the status; `d` for the default."""
        return self.status[:1]


@dataclass(frozen=True)
class Access:
    """One way to be let in: every one of these schemes, with these scopes. None of them: open to everybody."""

    schemes: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Described:
    """An operation, with everything that its page says."""

    operation: Operation
    parameters: tuple[tuple[str, tuple[Node, ...]], ...]
    bodies: tuple[Body, ...]
    body_required: bool
    body_description: str
    answers: tuple[Answer, ...]
    access: tuple[Access, ...]
    callbacks: tuple[tuple[str, "Described"], ...] = ()
    """What the API calls of its own accord, by the name in the document."""

    @property
    def scopes(self) -> list[str]:
        """Return every scope that opens it, each once."""
        return list(dict.fromkeys(name for one in self.access for _scheme, names in one.schemes for name in names))


def describe(operation: Operation) -> Described:
    """Return everything that stands in the document about one operation."""
    return _described(operation, with_callbacks=True)


def _described(operation: Operation, *, with_callbacks: bool) -> Described:
    document = operation.document
    # What the API sends of its own accord has all fields.
    sent, answered = ("", "") if operation.is_webhook else ("readOnly", "writeOnly")
    asking, answering, examples = Tree(document, sent), Tree(document, answered), Examples(document)
    body = document.follow(operation.raw.get("requestBody"))
    responses = as_dict(operation.raw.get("responses"))
    return Described(
        operation=operation,
        parameters=tuple(_parameters(operation, asking)),
        bodies=tuple(_bodies(document, body, asking, examples, "body")),
        body_required=body.get("required") is True,
        body_description=text(body.get("description")),
        answers=tuple(
            _answer(document, status, response, answering, examples)
            for status, response in islice(responses.items(), MOST_ANSWERS)
            if STATUS.match(status)
        ),
        access=tuple(_access(operation)),
        callbacks=tuple(_callbacks(operation)) if with_callbacks else (),
    )


def _parameters(operation: Operation, tree: Tree) -> Iterator[tuple[str, tuple[Node, ...]]]:
    own = (operation.document.follow(each) for each in as_list(operation.raw.get("parameters")))
    found = {(str(each.get("in")), str(each.get("name"))): each for each in [*operation.shared, *own]}
    anchors: set[str] = set()
    for place in PLACES:
        these = ((name, each) for (where, name), each in found.items() if where == place and name)
        nodes = tuple(_value(name, each, tree, place, anchors) for name, each in islice(these, MOST))
        if nodes:
            yield place, nodes


def _value(name: str, found: Mapped, tree: Tree, place: str, anchors: set[str]) -> Node:
    """Return a parameter or a header, whose schema may stand in a media type."""
    media_type, media = next(iter(as_dict(found.get("content")).items()), ("", None))
    schema = as_dict(media).get("schema") if media_type else found.get("schema")
    node = tree.node({} if schema is None else schema, name, f"{place}.{name}", required=found.get("required") is True)
    anchor, number = node.anchor, 2
    while anchor in anchors:
        anchor, number = f"{node.anchor}~{number}", number + 1
    anchors.add(anchor)
    manners = [("content", media_type)] if media_type else []
    manners += [(key, shown(found[key])) for key in MANNERS if key in found]
    examples = _few(tree, found) or _few(tree, as_dict(media))
    return replace(
        node,
        anchor=anchor,
        description=text(found.get("description")) or node.description,
        examples=examples or node.examples,
        deprecated=node.deprecated or found.get("deprecated") is True,
        facts=(*manners, *node.facts),
    )


def _few(tree: Tree, found: Mapped) -> tuple[str, ...]:
    """Return some examples, each once: of our own document the first: others are examples of what is refused."""
    return tuple(dict.fromkeys(_shown_examples(tree, found)))[: 3 if tree.document.slug else 1]


def _shown_examples(tree: Tree, found: Mapped) -> Iterator[str]:
    if "example" in found:
        yield shown(found["example"])
    for each in islice(as_dict(found.get("examples")).values(), 5):
        example = tree.document.follow(each)
        if "value" in example:
            yield shown(example["value"])


def _bodies(document: Document, found: Mapped, tree: Tree, examples: Examples, anchor: str) -> Iterator[Body]:
    for media_type, raw in islice(as_dict(found.get("content")).items(), MOST_BODIES):
        media = document.follow(raw)
        schema = tree.node(media["schema"], anchor=anchor) if "schema" in media else None
        if schema and "encoding" in media:
            schema = _encoded(schema, as_dict(media["encoding"]))
        yield Body(media_type[:200], schema, tuple(examples.of(media_type, media)))


def _encoded(schema: Node, encoding: Mapped) -> Node:
    """Return the schema, whose fields say in what type each is sent as a part."""
    children = []
    for child in schema.children:
        said = as_dict(encoding.get(child.name))
        facts = [(key, shown(said[key])) for key in ("contentType", *MANNERS) if key in said]
        children.append(replace(child, facts=(*child.facts, *facts)))
    return replace(schema, children=tuple(children))


def _answer(document: Document, status: str, found: Any, tree: Tree, examples: Examples) -> Answer:
    response, anchors = document.follow(found), set[str]()
    named = ((name, each) for name, each in as_dict(response.get("headers")).items() if HEADER.match(name))
    return Answer(
        status=status,
        description=text(response.get("description")),
        bodies=tuple(_bodies(document, response, tree, examples, status)),
        headers=tuple(
            _value(name, document.follow(each), tree, status, anchors) for name, each in islice(named, MOST_ANSWERS)
        ),
        links=tuple(_links(document, as_dict(response.get("links")))),
    )


def _links(document: Document, found: Mapped) -> Iterator[Link]:
    for name, raw in islice(found.items(), MOST_BODIES):
        link = document.follow(raw)
        reference = text(link.get("operationId") or link.get("operationRef"))
        operation = text(as_dict(document.at(reference)).get("operationId")) or reference
        takes = [
            (key[:200], shown(value)) for key, value in islice(as_dict(link.get("parameters")).items(), MOST_BODIES)
        ]
        takes += [("body", shown(link["requestBody"]))] if "requestBody" in link else []
        yield Link(name[:200], operation[:200], text(link.get("description")), tuple(takes))


def _callbacks(operation: Operation) -> Iterator[tuple[str, Described]]:
    document = operation.document
    found = (
        (name, each)
        for name, raw in as_dict(operation.raw.get("callbacks")).items()
        for expression, item in document.follow(raw).items()
        for each in operations_of(document, expression, item, is_webhook=True)
    )
    for name, each in islice(found, MOST_BODIES):
        yield name[:200], _described(each, with_callbacks=False)


def _access(operation: Operation) -> Iterator[Access]:
    security = operation.raw.get("security", operation.document.raw.get("security"))
    for each in as_list(security)[:MOST_BODIES]:
        if isinstance(each, dict):
            schemes = islice(each.items(), MOST_BODIES)
            yield Access(tuple((name, tuple(map(text, as_list(scopes)[:MOST]))) for name, scopes in schemes))
