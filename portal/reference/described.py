"""One operation as its page shows it: parameters, bodies, answers with their examples, who may call it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.openapi.documents import Document, Mapped, Operation
from portal.reference.schemas import Node, Tree

LONGEST_EXAMPLE = 20_000
"""Characters of an example that is shown; longer ones are cut, with a word about it."""
PLACES = ("path", "query", "header", "cookie")


@dataclass(frozen=True)
class Example:
    """A value as it is sent, in `language` (a name of Pygments)."""

    name: str
    summary: str
    text: str
    language: str
    is_cut: bool


@dataclass(frozen=True)
class Body:
    """What is sent or answered in one media type."""

    media_type: str
    schema: Node | None
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Answer:
    """One response."""

    status: str
    description: str
    bodies: tuple[Body, ...]
    headers: tuple[Node, ...]

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

    @property
    def scopes(self) -> list[str]:
        """Return every scope that opens it, each once."""
        return list(dict.fromkeys(name for one in self.access for _scheme, names in one.schemes for name in names))


def describe(operation: Operation) -> Described:
    """Return everything that stands in the document about one operation."""
    document, tree = operation.document, Tree(operation.document)
    body = document.follow(operation.raw.get("requestBody"))
    responses = operation.raw.get("responses")
    return Described(
        operation=operation,
        parameters=tuple(_parameters(operation, tree)),
        bodies=tuple(_bodies(document, body, tree, "body")),
        body_required=body.get("required") is True,
        body_description=str(body.get("description") or ""),
        answers=tuple(
            _answer(document, str(status), response, tree)
            for status, response in (responses.items() if isinstance(responses, dict) else ())
        ),
        access=tuple(_access(operation)),
    )


def _parameters(operation: Operation, tree: Tree) -> Iterator[tuple[str, tuple[Node, ...]]]:
    own = [operation.document.follow(each) for each in operation.raw.get("parameters") or ()]
    found = {(each.get("in"), each.get("name")): each for each in [*operation.shared, *own]}
    for place in PLACES:
        nodes = tuple(_parameter(each, tree) for (where, _name), each in found.items() if where == place)
        if nodes:
            yield place, nodes


def _parameter(found: Mapped, tree: Tree) -> Node:
    name, content = str(found.get("name")), found.get("content")
    media: Any = next(iter(content.values()), {}) if isinstance(content, dict) else {}
    schema = found.get("schema", media.get("schema") if isinstance(media, dict) else None)
    node = tree.node(schema or {}, name, f"{found.get('in')}.{name}", required=found.get("required") is True)
    said = {"description": str(found.get("description") or node.description)}
    examples = (json.dumps(found["example"], ensure_ascii=False, default=str),) if "example" in found else node.examples
    return Node(**{**node.__dict__, **said, "examples": examples, "deprecated": found.get("deprecated") is True})


def _bodies(document: Document, found: Mapped, tree: Tree, anchor: str) -> Iterator[Body]:
    content = found.get("content")
    for media_type, media in content.items() if isinstance(content, dict) else ():
        media = document.follow(media)  # noqa: PLW2901 - a Media Type may be empty
        schema = tree.node(media["schema"], anchor=anchor) if "schema" in media else None
        yield Body(str(media_type), schema, tuple(_examples(document, media)))


def _examples(document: Document, media: Mapped) -> Iterator[Example]:
    named = media.get("examples")
    for name, example in named.items() if isinstance(named, dict) else ():
        example = document.follow(example)  # noqa: PLW2901 - an Example may be a reference
        if "value" in example:
            yield _example(str(name), str(example.get("summary") or name), example["value"])
    if "example" in media:
        yield _example("example", "", media["example"])


def _example(name: str, summary: str, value: Any) -> Example:
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)
    language = "text" if isinstance(value, str) else "json"
    return Example(name, summary, text[:LONGEST_EXAMPLE], language, len(text) > LONGEST_EXAMPLE)


def _answer(document: Document, status: str, found: Any, tree: Tree) -> Answer:
    response = document.follow(found)
    headers = response.get("headers")
    nodes = tuple(
        _header(document, str(name), header, tree, status)
        for name, header in (headers.items() if isinstance(headers, dict) else ())
    )
    bodies = tuple(_bodies(document, response, tree, status))
    return Answer(status, str(response.get("description") or ""), bodies, nodes)


def _header(document: Document, name: str, found: Any, tree: Tree, status: str) -> Node:
    header = document.follow(found)
    node = tree.node(header.get("schema") or {}, name, f"{status}.{name}", required=header.get("required") is True)
    return Node(**{**node.__dict__, "description": str(header.get("description") or node.description)})


def _access(operation: Operation) -> Iterator[Access]:
    security = operation.raw.get("security", operation.document.raw.get("security"))
    for each in security if isinstance(security, list) else ():
        if isinstance(each, dict):
            yield Access(tuple((str(name), tuple(map(str, scopes or ()))) for name, scopes in each.items()))
