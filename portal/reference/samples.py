"""The code beside an operation: its call in every language, made of the document's own examples."""

from collections.abc import Iterator
from typing import Any

from django.utils.safestring import SafeString

from portal.console.own import PUBLISHED_TOKEN_CALL, marked
from portal.edge.environments import SANDBOX, base_url
from portal.openapi.documents import Mapped, Operation
from portal.samples import groups
from portal.samples.calls import Call, CallError

JSON = "application/json"


def code_group(operation: Operation) -> SafeString | str:
    """Return the call in every language, as HTML; empty where no example makes a whole one, or the API is not ours."""
    if operation.document.slug or operation.is_webhook:
        return ""
    call = Call(operation.id, _arguments(operation))
    try:
        return groups.code_group(
            call,
            base_url(SANDBOX),
            identifier=f"call-{operation.id}",
            token_call=PUBLISHED_TOKEN_CALL,
            colour=lambda text, lexer: marked(groups.coloured(text, lexer)),
        )
    except CallError:
        return ""


def _arguments(operation: Operation) -> dict[str, Any]:
    """Return the values of the first example that was answered well, by name."""
    document, name = operation.document, _first_name(operation)
    found: dict[str, Any] = {}
    for each in (document.follow(one) for one in operation.raw.get("parameters") or ()):
        if each.get("in") in {"path", "query"}:
            found |= {str(each.get("name")): value for value in _value(each, name)}
    body = document.follow(operation.raw.get("requestBody"))
    media = (body.get("content") or {}).get(JSON) or {}
    for value in _value(media, name):
        found |= value if isinstance(value, dict) else {}
    return found


def _first_name(operation: Operation) -> str:
    for status, response in (operation.raw.get("responses") or {}).items():
        if str(status).startswith("2"):
            for media in (operation.document.follow(response).get("content") or {}).values():
                for name in media.get("examples") or ():
                    return str(name)
    return ""


def _value(found: Mapped, name: str) -> Iterator[Any]:
    examples = found.get("examples") or {}
    if name in examples:
        yield examples[name].get("value")
    elif "example" in found:
        yield found["example"]
