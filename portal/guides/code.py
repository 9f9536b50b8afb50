"""The code groups of guides: with the recorded answer, and the published client for Run."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from portal.console.own import PUBLISHED_TOKEN_CALL, marked
from portal.samples import groups
from portal.samples.calls import Call, CallError, resolve


def code_group(call: Call, base_url: str, before: Sequence[Call], identifier: str) -> SafeString:
    """Return the group's HTML. `before` are the calls that stand before this one on the page.

    :raises CallError: where the call does not fit the OpenAPI document, or its answer has not been recorded.
    """
    resolve(call, "")  # says what is wrong with the call before anybody looks for its answer
    recorded = recorded_answer(call)
    body = groups.coloured(json.dumps(recorded["body"], indent=2, ensure_ascii=False), "json")
    group = groups.code_group(
        call,
        base_url,
        identifier=identifier,
        after=before,
        answer=groups.Answer(str(recorded["status"]), body),
        token_call=PUBLISHED_TOKEN_CALL,
        colour=_coloured,
    )
    return group + _own_note() if "client_secret" in call.arguments else group


def _coloured(text: str, lexer: str) -> SafeString:
    return marked(groups.coloured(text, lexer))


def _own_note() -> SafeString:
    """Return what a signed-in reader is told about the secret of their own client."""
    return render_to_string("guides/own_client.html", {"credentials": reverse("application-list")})


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
