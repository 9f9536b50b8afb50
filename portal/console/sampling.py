"""The console's request in every language. What is sent here is written down once, and kept and logged nowhere."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.html import escape
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from limits import RateLimitItemPerMinute

from portal.limits import rates
from portal.limits.quotas import network
from portal.problems.exceptions import FieldError
from portal.problems.parsers import is_chunked, loads_object
from portal.problems.responses import problem_response
from portal.samples.groups import coloured_once
from portal.samples.programs import programs
from portal.samples.reading import UnreadableError, read
from portal.samples.steps import alone

RATE = RateLimitItemPerMinute(120, namespace="console-samples")
LARGEST = 64 * 1024
"""Bytes."""
LENGTH = re.compile(r"[0-9]{1,19}")
MOST_COLOURED = 20_000
"""Characters of a sample that are coloured: anybody may ask, and of 60 kB the five languages take two seconds."""


@csrf_exempt  # public pages have no cookie, and nothing is changed
@login_not_required
@sensitive_variables()
def samples(request: HttpRequest) -> HttpResponse:
    """Answer a request as `portal.samples.reading.read` takes it with `{samples: [{language, label, html, text}]}`."""
    if refusal := _refusal(request):
        return refusal
    try:
        found = read(loads_object(request.body))
    except UnreadableError as exc:
        error = FieldError(pointer=exc.pointer, code="invalid", detail=str(exc))
        return problem_response(request, "invalid_body", errors=[error])
    except ValueError:
        return problem_response(request, "malformed_body")
    step = alone(found, reads="nothing" if found.method == "HEAD" else "json")
    coloured = [
        {
            "language": sample.language.key,
            "label": sample.language.label,
            "html": (
                coloured_once(sample.text, sample.language.lexer)
                if len(sample.text) <= MOST_COLOURED
                else escape(sample.text)
            ),
            "text": sample.text,
        }
        for sample in programs(step)
    ]
    return JsonResponse({"samples": coloured}, headers={"Cache-Control": "no-store"})


def _refusal(request: HttpRequest) -> HttpResponse | None:
    """Return the answer where the body is not even to be read."""
    if request.method != "POST":
        return problem_response(request, "method_not_allowed", headers={"Allow": "POST"})
    if wait := rates.seconds_to_wait(RATE, network(str(request.META["REMOTE_ADDR"]))):
        return problem_response(
            request, "rate_limited", f"Wait {wait} seconds before the next.", headers={"Retry-After": str(wait)}
        )
    length = request.META.get("CONTENT_LENGTH") or "0"
    if is_chunked(request.META) or not LENGTH.fullmatch(length):
        return problem_response(request, "length_required")
    if int(length) > LARGEST:
        return problem_response(request, "body_too_large", f"Send at most {LARGEST} bytes.")
    if request.content_type != "application/json":
        return problem_response(request, "unsupported_media_type")
    return None
