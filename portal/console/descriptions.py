"""What the console's script knows of an operation: how it is called, what it takes and answers, and examples.

Everything comes from the OpenAPI document, in one shape for 3.0 and 3.1; nothing here depends on who asks, but for
their language.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import get_language

from portal.console.drafts import short
from portal.console.schemas import Translation
from portal.openapi.documents import Mapped, Operation
from portal.openapi.words import words
from portal.samples.composing import IGNORED, server_url

STYLES: Final = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
MOST_EXAMPLES: Final = 20
LONGEST_EXAMPLE: Final = 60_000


def description(operation: Operation) -> dict[str, Any]:
    """Return the description of an operation. Schemas are JSON Schema 2020-12, references lead into `defs`."""
    document = operation.document
    said = {} if document.slug else words(get_language() or "")
    translation = Translation(document, said)
    body = document.follow(operation.raw.get("requestBody"))
    parameters = [_parameter(each, operation, translation) for each in parameters_of(operation)]
    bodies = [_body(str(kind), media, translation) for kind, media in _content(operation, body)]
    translation.finish()
    translation.with_words = False
    responses = dict(_responses(operation, translation))
    translation.finish()
    server = server_url(operation)
    return {
        "id": operation.id,
        "document": document.slug,
        "method": operation.method,
        "path": operation.path,
        "base": _base(server),
        "server": server,
        "needs_token": needs_token(operation),
        "scopes": _scopes(operation),
        "parameters": parameters,
        "bodies": bodies,
        "body_required": body.get("required") is True,
        "responses": responses,
        "defs": translation.definitions,
        "examples": examples(operation),
    }


def _base(server: str) -> str | None:
    """Return the path of the API where it answers on this host, None where the browser may not call it from here."""
    try:
        here, there = urlsplit(settings.PUBLIC_URL), urlsplit(server)
    except ValueError:
        return None
    is_here = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    return there.path if is_here and f"{there.path}/".startswith(settings.API_PREFIXES) else None


def _security(operation: Operation) -> list[Mapped]:
    found = operation.raw.get("security", operation.document.raw.get("security"))
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def needs_token(operation: Operation) -> bool:
    """Say whether it cannot be called without a credential."""
    ways = _security(operation)
    return bool(ways) and all(ways)


def _scopes(operation: Operation) -> list[str]:
    """Return every scope that opens it, each once."""
    named = [scopes for way in _security(operation) for scopes in way.values() if isinstance(scopes, list)]
    return list(dict.fromkeys(str(name) for scopes in named for name in scopes))


def parameters_of(operation: Operation) -> list[Mapped]:
    """Return its parameters and those of its path that it has none of the same name for."""
    given = operation.raw.get("parameters")
    own = [operation.document.follow(each) for each in given] if isinstance(given, list) else []
    found = {
        (each["in"], str(each["name"])): each
        for each in (*operation.shared, *own)
        if each.get("in") in STYLES and each.get("name")
    }
    return [each for (place, name), each in found.items() if place != "header" or name.lower() not in IGNORED]


def _parameter(found: Mapped, operation: Operation, translation: Translation) -> dict[str, Any]:
    place = found["in"]
    style = str(found.get("style") or STYLES[place])
    described: dict[str, Any] = {
        "name": str(found["name"]),
        "in": place,
        "required": found.get("required") is True or place == "path",
        "style": style,
        "explode": found.get("explode", style in {"form", "cookie"}) is True,
        "allowReserved": found.get("allowReserved") is True,
        "description": translation.text(str(found.get("description") or "")),
        "deprecated": found.get("deprecated") is True,
    }
    schema = found.get("schema")
    for kind, media in list(_content(operation, found))[:1]:
        described["content_type"], schema = kind, media.get("schema")
    described["schema"] = translation.schema(schema or {})
    shown = next(iter(_examples(operation, found).values()), None)
    return {**described, "example": shown[1]} if shown else described


def _body(kind: str, media: Mapped, translation: Translation) -> dict[str, Any]:
    encoding = media.get("encoding")
    kept = {str(name): each for name, each in encoding.items() if short(each)} if isinstance(encoding, dict) else {}
    return {"media_type": kind, "schema": translation.schema(media.get("schema", {})), "encoding": kept}


def _responses(operation: Operation, translation: Translation) -> Iterator[tuple[str, dict[str, Any]]]:
    responses = operation.raw.get("responses")
    found = {str(status): each for status, each in responses.items()} if isinstance(responses, dict) else {}
    for status, each in sorted(found.items()):  # the successful ones first: they come before what is cut
        answer = operation.document.follow(each)
        content = {str(kind): media for kind, media in _content(operation, answer)}
        yield status, {kind: translation.schema(media.get("schema", {})) for kind, media in content.items()}
        translation.finish()


def _content(operation: Operation, found: Mapped) -> Iterator[tuple[str, Mapped]]:
    content = found.get("content")
    for kind, media in content.items() if isinstance(content, dict) else ():
        yield str(kind), operation.document.follow(media)


def _examples(operation: Operation, found: Mapped) -> dict[str, tuple[str, Any]]:
    """Return the examples of a parameter or of a media type by their names, each with its summary."""
    named = found.get("examples")
    shown: dict[str, tuple[str, Any]] = {}
    for name, each in named.items() if isinstance(named, dict) else ():
        example = operation.document.follow(each)
        if "value" in example and short(example["value"], LONGEST_EXAMPLE):
            shown[str(name)] = (str(example.get("summary") or name), example["value"])
    if not shown and "example" in found and short(found["example"], LONGEST_EXAMPLE):
        shown["example"] = ("", found["example"])
    return shown


def examples(operation: Operation) -> list[dict[str, Any]]:
    """Return the document's own examples as values of the form: what has the same name belongs together."""
    document = operation.document
    parameters = [(each, _examples(operation, each)) for each in parameters_of(operation)]
    body = document.follow(operation.raw.get("requestBody"))
    bodies = [(kind, _examples(operation, media)) for kind, media in _content(operation, body)]
    summaries: dict[str, str] = {}
    for _found, named in (*bodies, *parameters):
        for name, (summary, _value) in named.items():
            summaries.setdefault(name, summary)
    said = {} if document.slug else words(get_language() or "")
    return [
        {"name": name, "summary": said.get(summary, summary) or name, "values": _values(name, parameters, bodies)}
        for name, summary in list(summaries.items())[:MOST_EXAMPLES]
    ]


def _values(
    name: str,
    parameters: list[tuple[Mapped, dict[str, tuple[str, Any]]]],
    bodies: list[tuple[str, dict[str, tuple[str, Any]]]],
) -> Mapping[str, Any]:
    values: dict[str, Any] = {"path": {}, "query": {}, "header": {}, "cookie": {}, "media_type": ""}
    for found, named in parameters:
        required = found.get("required") is True
        shown = named.get(name) or (next(iter(named.values()), None) if required else None)
        if shown:
            values[found["in"]][str(found["name"])] = shown[1]
    for kind, named in bodies:
        shown = named.get(name)
        if shown and not values["media_type"]:
            values["media_type"], values["body"] = kind, shown[1]
    return {**values, "files": {}}
