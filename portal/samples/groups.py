"""Code groups: one call in every language as tabs, with what Run needs to send it."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from portal.openapi.document import UnknownOperationError
from portal.openapi.document import operation as own_operation
from portal.openapi.documents import Operation
from portal.openapi.making import as_mapping
from portal.openapi.values import values_of
from portal.samples.calls import Call, resolve
from portal.samples.composing import UnfitValueError, compose, server_url
from portal.samples.credentials import with_credential
from portal.samples.languages import Sample, samples
from portal.samples.programs import programs
from portal.samples.steps import GRANT, Reads, alone, snake_case, step

FORMATTER = HtmlFormatter(nowrap=True)
COLOURED = frozenset({
    "c", "c1", "ch", "cm", "k", "kc", "kd", "kn", "kp", "kr", "kt", "m", "mf", "mi", "na", "nb", "ne", "nt", "nv", "nx",
    "ow", "s", "s1", "s2", "sa", "sb", "se", "sh", "si", "sr", "sx",
})  # fmt: skip
"""The classes of Pygments that static/css/code.css knows. The others would be a third of a page's bytes for nothing."""
SPAN = re.compile(r'<span class="(\w+)">([^<]*)</span>')
LONGEST = 50_000
"""Characters of a sample that is shown."""


@dataclass(frozen=True)
class Answer:
    """What stands under the samples until the call is run."""

    status: str
    body: SafeString


def coloured_once(text: str, lexer: str) -> SafeString:
    """Return the text as HTML with Pygments' classes, and keep no copy of it: for what holds a secret."""
    html = highlight(text, get_lexer_by_name(lexer, startinline=True), FORMATTER)
    return mark_safe(SPAN.sub(lambda span: span[0] if span[1] in COLOURED else span[2], html))  # noqa: S308 - escaped by Pygments


@lru_cache(maxsize=1024)
def coloured(text: str, lexer: str) -> SafeString:
    """Return the same. Many pages, in both languages, show the same samples."""
    return coloured_once(text, lexer)


def code_group(
    call: Call,
    base_url: str,
    *,
    identifier: str,
    after: Sequence[Call] = (),
    answer: Answer | None = None,
    token_call: str = "",
    colour: Callable[[str, str], SafeString] = coloured,
    taken: Sequence[tuple[str, str, str]] = (),
    whole: bool = False,
) -> SafeString:
    """Return the group's HTML. `after` are the calls that stand before this one on the page.

    `token_call` is the JSON body by which Run gets a token on a page that has no call for it. `taken` are the values
    that the call takes from earlier answers, as they were when its own was recorded: for each the anchor of the earlier
    call, the place in its answer, and the value. A call that is `whole` is copied as a program that runs by itself.

    :raises CallError: where the call does not fit the OpenAPI document.
    """
    request = resolve(call, "")
    run: dict[str, Any] = {
        "method": request.method,
        "path": request.address,
        "body": request.json,
        "token": request.needs_token,
        "operation": call.operation_id,
    }
    if call.name or request.references:
        takes = {each.place: [each.name, *each.path] for each in request.references}
        run |= {"name": call.name, "refused": call.refused, "takes": takes}
    texts = programs(step(call, base_url, after)) if whole else samples(call, base_url, after=after)
    context = {
        "id": identifier,
        "panels": [(sample.language, colour(sample.text, sample.language.lexer)) for sample in texts],
        "run": json.dumps(run),
        "taken": taken,
        "published": token_call if request.needs_token else "",
        "status": answer.status if answer else "",
        "answer": answer.body if answer else "",
    }
    return render_to_string("ui/code_group.html", context)


def operation_group(operation: Operation, *, identifier: str, example: str = "") -> SafeString:
    """Return the group's HTML for any operation of any document, without Run: five panels and Copy.

    The values are those of the example of this name, or of the operation's first (`portal.openapi.values`). A view
    gives it to its template, whose page loads code-group.js: `{"code": operation_group(operation, identifier="code")}`
    and `{{ code }}`. Nothing comes back for a webhook, and where no request can be composed.
    """
    if operation.is_webhook:
        return SafeString("")
    context = {
        "id": identifier,
        "panels": [
            (sample.language, coloured(sample.text, sample.language.lexer))
            for sample in operation_samples(operation, server_url(operation), example)
        ],
    }
    return render_to_string("ui/code_group.html", context) if context["panels"] else SafeString("")


@lru_cache(maxsize=128)  # each keeps its document
def operation_samples(operation: Operation, server: str, example: str = "") -> tuple[Sample, ...]:
    """Return the operation with an example's values in every language; none where none can be made or is too long."""
    found = values_of(operation)
    values = next((each.values for each in found if each.name == example), found[0].values)
    try:
        request = with_credential(compose(operation, values, server), operation)
    except UnfitValueError:
        return ()
    is_ours = not operation.document.slug
    made = alone(
        request,
        answer=_name_of_answer(operation) if is_ours else "",
        gets_token=is_ours and operation.id == GRANT,
        reads=_reads(operation),
    )
    texts: list[Sample] = []
    for each in programs(made):
        if len(each.text) > LONGEST:
            return ()
        texts.append(each)
    return tuple(texts)


def _name_of_answer(operation: Operation) -> str:
    try:
        return snake_case(own_operation(operation.id).answer)
    except UnknownOperationError:
        return ""


def _reads(operation: Operation) -> Reads:
    """Say what the first good answer is."""
    for status, raw in as_mapping(operation.raw.get("responses")).items():
        if str(status).startswith("2") and operation.method != "HEAD":
            kinds = [str(kind) for kind in as_mapping(operation.document.follow(raw).get("content"))]
            if any("json" in kind or kind == "*/*" for kind in kinds):
                return "json"
            return "text" if any(kind.startswith("text/") or "xml" in kind for kind in kinds) else "nothing"
    return "nothing"
