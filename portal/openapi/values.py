"""Values for a request of an operation: the document's own examples by their names, otherwise one that fits."""

import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from portal.openapi.documents import Document, Mapped, Operation, as_list
from portal.openapi.making import as_mapping, example, is_file

__all__ = ["Example", "contents_of_body", "example", "is_bytes", "parameters_of", "values_of"]

LOCATIONS: Final = ("path", "query", "header", "cookie")
MOST: Final = 100
"""Named examples that are offered."""
_LIKED: Final = ("application/json", "+json", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


@dataclass(frozen=True)
class Example:
    """Values as the composer of requests takes them. The name is empty where the document has no named examples."""

    name: str
    summary: str
    values: dict[str, Any]


def parameters_of(operation: Operation) -> list[Mapped]:
    """Return the operation's parameters, and those of its path that it does not replace."""
    found: dict[tuple[str, str], Mapped] = {}
    for each in (*operation.shared, *as_list(operation.raw.get("parameters"))):
        parameter = operation.document.follow(each)
        name, place = parameter.get("name"), parameter.get("in")
        if isinstance(name, str) and name and place in LOCATIONS:
            found[str(place), name] = parameter
    return list(found.values())


def contents_of_body(operation: Operation) -> Mapped:
    """Return the media types that the operation takes as a body, the usual ones first."""
    body = operation.document.follow(operation.raw.get("requestBody"))
    found = {str(name): operation.document.follow(each) for name, each in as_mapping(body.get("content")).items()}
    rank = {name: next((place for place, like in enumerate(_LIKED) if like in name), len(_LIKED)) for name in found}
    return {name: found[name] for name in sorted(found, key=lambda name: rank[name])}


@lru_cache(maxsize=128)  # each keeps its document
def values_of(operation: Operation) -> tuple[Example, ...]:
    """Return values for the operation, at least once: first those that are answered well. Do not change them.

    Examples that differ in their credential alone are one.
    """
    found: list[Example] = []
    for name, summary in _names(operation).items():
        values = _values(operation, name)
        if all(values != each.values for each in found):
            found.append(Example(name, summary, values))
    return tuple(found)


def _names(operation: Operation) -> dict[str, str]:
    """Return the named examples of the request with their summaries: first those that are answered well."""
    document = operation.document
    request = [*parameters_of(operation), *contents_of_body(operation).values()]
    named = {name: each for holder in request for name, each in as_mapping(holder.get("examples")).items()}
    well = {
        name: each
        for status, response in as_mapping(operation.raw.get("responses")).items()
        if str(status).startswith("2")
        for media in as_mapping(document.follow(response).get("content")).values()
        for name, each in as_mapping(as_mapping(media).get("examples")).items()
    }
    if not request:
        named = well
    names = sorted(named, key=lambda name: name not in well)[:MOST]
    summaries = {
        name: summary
        for holder in request
        for name, each in as_mapping(holder.get("examples")).items()
        if (summary := document.follow(each).get("summary"))
    }
    return {str(name): str(summaries.get(name) or name) for name in names} or {"": ""}


def _values(operation: Operation, name: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for parameter in parameters_of(operation):
        for value in _of_parameter(operation.document, parameter, name):
            values.setdefault(str(parameter["in"]), {})[str(parameter["name"])] = value
    contents = contents_of_body(operation)
    if contents and operation.method not in {"GET", "HEAD"}:
        named = (kind for kind, media in contents.items() if name in as_mapping(media.get("examples")))
        kind = next(named, next(iter(contents)))
        values |= {"media_type": kind} | _of_body(operation.document, kind, contents[kind], name)
    return values


def _of_parameter(document: Document, parameter: Mapped, name: str) -> Iterator[Any]:
    """Yield the parameter's value, if it has one in this example or cannot be left out."""
    media = next((document.follow(each) for each in as_mapping(parameter.get("content")).values()), parameter)
    given = [*_given(document, parameter, name), *(_given(document, media, name) if media is not parameter else ())]
    required = parameter.get("required") is True or parameter["in"] == "path"
    if given and (name or required):
        yield given[0]
    elif required:
        value = example(media.get("schema", {}), document)
        yield value if value not in ("", [], {}) else "string"


def _given(document: Document, holder: Mapped, name: str) -> Iterator[Any]:
    """Yield what the document says for the example of this name, where there is no name its only example."""
    examples = as_mapping(holder.get("examples"))
    found = document.follow(examples.get(name))
    if "value" in found:
        yield found["value"]
    elif "example" in holder and not examples:
        yield holder["example"]


def _of_body(document: Document, kind: str, media: Mapped, name: str) -> dict[str, Any]:
    schema = media.get("schema", {})
    if is_bytes(kind, schema, document):
        return {"files": {"": _file("file", kind)}}
    given = next(_given(document, media, name), None)
    value = given if given is not None else example(schema, document)
    if kind.startswith("multipart/"):
        return _of_parts(document, as_mapping(value), schema, as_mapping(media.get("encoding")))
    is_text = not any(like in kind for like in (*_LIKED[:3], "/json", "*/*"))
    return {"body": value if isinstance(value, str) or not is_text else ""}


def is_bytes(kind: str, schema: Any, document: Document) -> bool:
    """Say whether a body of this media type is a file as it is."""
    if kind.startswith(("image/", "audio/", "video/")) or kind in {"application/octet-stream", "application/zip"}:
        return True
    is_form = kind.startswith(("multipart/", "application/x-www-form-urlencoded"))
    return not is_form and is_file(schema, document)


def _of_parts(document: Document, value: Mapped, schema: Any, encoding: Mapped) -> dict[str, Any]:
    rules = as_mapping(document.follow(schema).get("properties"))
    body: dict[str, Any] = {}
    files: dict[str, Any] = {}
    for name, inner in value.items():
        rule = document.follow(rules.get(name))
        kind = str(as_mapping(encoding.get(name)).get("contentType") or "")
        if is_file(rule, document):
            files[name] = _file(name, kind)
        elif rule.get("type") == "array" and is_file(rule.get("items"), document):
            files[name] = [_file(name, kind)]
        else:
            body[name] = inner
    return {"body": body} | ({"files": files} if files else {})


def _file(name: str, kind: str) -> Mapping[str, str]:
    concrete = next((each.strip() for each in kind.split(",") if each.strip() and "*" not in each), "")
    suffix = mimetypes.guess_extension(concrete) if concrete else None
    return {"name": "".join(each if each.isalnum() else "-" for each in name) + (suffix or ".bin"), "type": concrete}
