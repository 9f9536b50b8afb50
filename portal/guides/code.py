"""The code groups of guides: with the recorded answer, and the published client for Run."""

import json
from collections.abc import Iterable, Sequence
from functools import partial

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from portal.console.own import PUBLISHED_TOKEN_CALL, marked
from portal.guides.recorded import recorded_answer, values_taken
from portal.samples import groups
from portal.samples.calls import Call, resolve


def code_group(call: Call, base_url: str, before: Sequence[Call], identifier: str) -> SafeString:
    """Return the group's HTML. `before` are the calls that stand before this one on the page.

    :raises CallError: where the call does not fit the OpenAPI document, or its answer has not been recorded.
    """
    resolve(call, "")  # says what is wrong with the call before anybody looks for its answer
    taken = values_taken(call, before)
    recorded = recorded_answer(call, before)
    body = groups.coloured(json.dumps(recorded["body"], indent=2, ensure_ascii=False), "json")
    group = groups.code_group(
        call,
        base_url,
        identifier=identifier,
        after=before,
        answer=groups.Answer(str(recorded["status"]), body),
        token_call=PUBLISHED_TOKEN_CALL,
        colour=partial(_coloured, taken),
        taken=taken,
    )
    return group + _own_note() if "client_secret" in call.arguments else group


def _coloured(taken: Iterable[str], text: str, lexer: str) -> SafeString:
    """Return a sample's HTML. In a shell's, what a reader puts in by hand is marked, and filled in after a run."""
    html: str = marked(groups.coloured(text, lexer))
    for place in taken if lexer == "bash" else ():
        html = html.replace(f"{{{place}}}", f'<span data-value="{place}">{{{place}}}</span>')
    return mark_safe(html)  # noqa: S308 - what was there was safe, and a place has letters, digits, dots and brackets


def _own_note() -> SafeString:
    """Return what a signed-in reader is told about the secret of their own client."""
    return render_to_string("guides/own_client.html", {"credentials": reverse("application-list")})
