"""The code groups of guides: with the recorded answer, and the published client for Run."""

import json
from collections.abc import Sequence
from functools import partial

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from portal.console.own import PUBLISHED_TOKEN_CALL, marked
from portal.guides.recipes import anchor
from portal.guides.recorded import recorded_answer, values_taken
from portal.samples import groups
from portal.samples.calls import Call, resolve
from portal.samples.languages import LANGUAGES
from portal.samples.references import Reference


def code_group(
    call: Call, base_url: str, before: Sequence[Call], identifier: str, *, whole: bool = False
) -> SafeString:
    """Return the group's HTML. `before` are the calls that stand before this one on the page.

    A call that is `whole` is copied as a program that runs by itself.

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
        colour=partial(_coloured, tuple(taken)),
        taken=[(anchor(each.name), each.place, value) for each, value in taken.items()],
        whole=whole,
    )
    return group + _own_note() if "client_secret" in call.arguments else group


def _coloured(taken: Sequence[Reference], text: str, lexer: str) -> SafeString:
    """Return a sample's HTML with what it takes from earlier answers marked.

    In a shell's sample that is what a reader puts in by hand: it has its place too, and is filled in after a run.
    """
    html: str = marked(groups.coloured(text, lexer))
    language = next(each for each in LANGUAGES if each.lexer == lexer)
    for reference in taken:
        place = f' data-value="{reference.place}"' if lexer == "bash" else ""
        shown = str(reference) if place else groups.coloured(language.reference(reference), lexer).strip()
        html = html.replace(shown, f'<span class="taken"{place}>{shown}</span>')
    return mark_safe(html)  # noqa: S308 - what was there was safe, and a place has letters, digits, dots and brackets


def _own_note() -> SafeString:
    """Return what a signed-in reader is told about the secret of their own client."""
    return render_to_string("guides/own_client.html", {"credentials": reverse("application-list")})
