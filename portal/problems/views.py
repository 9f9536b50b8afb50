"""The pages that `type` points to, and the answers to addresses that do not exist."""

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults

from portal.problems.catalogue import KNOWN_ERRORS, PROBLEMS
from portal.problems.oauth_errors import OAUTH_ERRORS
from portal.problems.problem_types import ProblemType
from portal.problems.responses import problem_response
from portal.ui.public import MARKDOWN, public_page


@public_page
def error_page(request: HttpRequest, code: str) -> HttpResponse:
    """Explain one error code."""
    return render(request, "problems/error.html", {"problem": _known(code), "area": "errors"})


@public_page
def error_twin(request: HttpRequest, code: str) -> HttpResponse:
    """Explain one error code, as Markdown."""
    return render(request, "problems/error.txt", {"problem": _known(code)}, MARKDOWN)


def _known(code: str) -> ProblemType:
    if code not in KNOWN_ERRORS:
        raise Http404
    return KNOWN_ERRORS[code]


@public_page
def error_list(request: HttpRequest) -> HttpResponse:
    """List every error code."""
    return render(request, "problems/list.html", {**_every(), "area": "errors"})


@public_page
def error_list_twin(request: HttpRequest) -> HttpResponse:
    """List every error code, as Markdown."""
    return render(request, "problems/list.txt", _every(), MARKDOWN)


def _every() -> dict[str, object]:
    return {"problems": PROBLEMS.values(), "oauth_errors": OAUTH_ERRORS.values()}


def below_api(request: HttpRequest) -> bool:
    """Say whether the request is one of the API's, which is answered with a problem and not with a page."""
    return request.path_info.startswith(settings.API_PREFIXES)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django refuses before any view (a suspicious request)."""
    if below_api(request):
        unknown_host = isinstance(exception, DisallowedHost)
        return problem_response(request, "unknown_host" if unknown_host else "invalid_parameter")
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not for this visitor, a stale form among it."""
    return defaults.permission_denied(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an unforeseen exception: a problem below the API, a page elsewhere."""
    if below_api(request):
        return problem_response(request, "internal_error")
    return defaults.server_error(request)
