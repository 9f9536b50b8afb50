"""What the console's script knows of an operation: how it is called, what it takes and answers, and examples.

Everything comes from the OpenAPI document, in one shape for 3.0 and 3.1; nothing here depends on who asks, but for
their language.
"""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import get_language

from portal.console.drafts import short
from portal.console.schemas import Translation
from portal.openapi.documents import Mapped, Operation
from portal.openapi.values import contents_of_body, parameters_of, values_of
from portal.openapi.words import words
from portal.samples.composing import IGNORED, server_url

STYLES: Final = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
SANDBOX_PREFIX: Final = "/api/v1/"
MOST_EXAMPLES: Final = 20
LONGEST_EXAMPLE: Final = 60_000


def description(operation: Operation) -> dict[str, Any]:
    """Return the description of an operation. Schemas are JSON Schema 2020-12, references lead into `defs`."""
    document = operation.document
    translation = Translation(document, _said(operation))
    body = document.follow(operation.raw.get("requestBody"))
    parameters = [_parameter(each, operation, translation) for each in _parameters(operation)]
    bodies = [_body(kind, media, translation) for kind, media in contents_of_body(operation).items()]
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
        "scopes": scopes_of(operation),
        "parameters": parameters,
        "bodies": bodies,
        "body_required": body.get("required") is True,
        "responses": responses,
        "defs": translation.definitions,
        "examples": list(_examples(operation)),
    }


def _base(server: str) -> str | None:
    """Return the path of the sandbox where that is the server, None where the browser may not call it from here.

    What the console does not show as production is never sent there.
    """
    try:
        here, there = urlsplit(settings.PUBLIC_URL), urlsplit(server)
    except ValueError:
        return None
    is_here = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    return there.path if is_here and f"{there.path}/".startswith(SANDBOX_PREFIX) else None


def _security(operation: Operation) -> list[Mapped]:
    found = operation.raw.get("security", operation.document.raw.get("security"))
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def needs_token(operation: Operation) -> bool:
    """Say whether it cannot be called without a credential."""
    ways = _security(operation)
    return bool(ways) and all(ways)


def scopes_of(operation: Operation) -> list[str]:
    """Return every scope that opens it, each once."""
    named = [scopes for way in _security(operation) for scopes in way.values() if isinstance(scopes, list)]
    return list(dict.fromkeys(str(name) for scopes in named for name in scopes))


def _parameters(operation: Operation) -> list[Mapped]:
    return [
        each for each in parameters_of(operation) if each["in"] != "header" or str(each["name"]).lower() not in IGNORED
    ]


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
    example = next((value for value in _given(operation, found) if short(value)), None)
    return described if example is None else {**described, "example": example}


def _given(operation: Operation, found: Mapped) -> Iterator[Any]:
    named = found.get("examples")
    for each in named.values() if isinstance(named, dict) else ():
        yield operation.document.follow(each).get("value")
    yield found.get("example")


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


def _examples(operation: Operation) -> Iterator[dict[str, Any]]:
    """Yield what the form can be filled with. Files are the reader's own."""
    said = _said(operation)
    for example in values_of(operation)[:MOST_EXAMPLES]:
        values = {place: example.values.get(place, {}) for place in STYLES} | {"media_type": ""} | example.values
        if short(values, LONGEST_EXAMPLE):
            summary = said.get(example.summary, example.summary)
            yield {"name": example.name, "summary": summary, "values": {**values, "files": {}}}


def _said(operation: Operation) -> Mapped:
    """Return what our own document's words mean in the reader's language."""
    return {} if operation.document.slug else words(get_language() or "")
