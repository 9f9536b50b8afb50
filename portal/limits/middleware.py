"""What an address may ask of the API, and the header fields that say what is left."""

import json
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from portal.limits import quotas
from portal.problems.responses import problem_response

OAUTH = "/connect/auth/"


class TellLimitsMiddleware:
    """Puts `RateLimit-Policy` and `RateLimit` on the answers of the API. Stands outside whatever makes answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request and say what is left."""
        response = self.get_response(request)
        for name, value in quotas.headers(quotas.spent_by(request)).items():
            response[name] = value
        return response


class LimitAddressesMiddleware:
    """Refuses an address that asks too often, before a token is looked at and before the database is touched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Count the call of the API, and answer it or refuse it."""
        if not request.path_info.startswith(settings.API_PREFIXES):
            return self.get_response(request)
        spent = quotas.spend(request, quotas.of_address(request.META["REMOTE_ADDR"]))
        return _refuse(request, spent) if spent.is_over else self.get_response(request)


def _refuse(request: HttpRequest, spent: quotas.Spent) -> HttpResponse:
    problem = quotas.refusal(spent)
    detail = str(problem.detail)
    if OAUTH not in request.path_info:
        return problem_response(request, problem.problem.code, detail, headers=problem.headers, members=problem.members)
    body = {
        "error": "temporarily_unavailable",
        "error_description": detail,
        "error_uri": f"{settings.PUBLIC_URL}/errors/temporarily_unavailable/",
    }
    response = HttpResponse(json.dumps(body), status=429, content_type="application/json", headers=problem.headers)
    response["Cache-Control"] = "no-store"
    response.problem_code = "temporarily_unavailable"  # type: ignore[attr-defined] # read by the ledger
    return response
