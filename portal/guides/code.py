"""Code groups: one call in five languages as tabs, with its recorded answer and what Run needs to send it."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from portal.applications.published import SANDBOX_CLIENT
from portal.samples.calls import Call, CallError, resolve
from portal.samples.languages import samples

FORMATTER = HtmlFormatter(nowrap=True)
PUBLISHED = {
    "grant_type": "client_credentials",
    "client_id": SANDBOX_CLIENT.client_id,
    "client_secret": SANDBOX_CLIENT.client_secret,
}
"""How Run gets a token on a page that has no call for it."""


@lru_cache(maxsize=1024)
def coloured(text: str, lexer: str) -> SafeString:
    """Return the text as HTML with Pygments' classes. Many pages, in both languages, show the same samples."""
    return mark_safe(highlight(text, get_lexer_by_name(lexer, startinline=True), FORMATTER))  # noqa: S308 - escaped by Pygments


def code_group(call: Call, base_url: str, before: Sequence[Call], identifier: str) -> SafeString:
    """Return the group's HTML. `before` are the calls that stand before this one on the page.

    :raises CallError: where the call does not fit the OpenAPI document, or its answer has not been recorded.
    """
    request = resolve(call, "")
    recorded = recorded_answer(call)
    run = {
        "method": request.method,
        "path": request.address,
        "body": request.body,
        "token": request.needs_token,
        "operation": call.operation_id,
    }
    context = {
        "id": identifier,
        "panels": [
            (sample.language, coloured(sample.text, sample.language.lexer))
            for sample in samples(call, base_url, after=before)
        ],
        "run": json.dumps(run),
        "published": json.dumps(PUBLISHED) if request.needs_token else "",
        "status": str(recorded["status"]),
        "answer": coloured(json.dumps(recorded["body"], indent=2, ensure_ascii=False), "json"),
    }
    return render_to_string("guides/code_group.html", context)


def recorded_answer(call: Call) -> dict[str, Any]:
    """Return what the sandbox answered to this call.

    :raises CallError: where it has not been recorded.
    """
    for recorded in recordings(settings.RECORDINGS.stat().st_mtime_ns).values():
        if recorded["operation"] == call.operation_id and recorded["arguments"] == dict(call.arguments):
            return recorded
    raise CallError(f"the answer to this {call.operation_id} is not recorded: run `make fix`")


@lru_cache(maxsize=1)
def recordings(_modified: int) -> dict[str, dict[str, Any]]:
    """Return the recorded answers by name; the argument is the file's modification time."""
    recorded: dict[str, dict[str, Any]] = json.loads(settings.RECORDINGS.read_text())
    return recorded
