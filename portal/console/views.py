"""What a signed-in developer's browser asks for beside a public page, and the page on which a client is chosen."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import Error
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.policies import SignedInRequest
from portal.applications.models import Client
from portal.audit.calls import Call, ledger_row
from portal.audit.writer import writer
from portal.console.clients import (
    OFFERED,
    choose,
    chosen_client,
    described,
    found,
    offered,
    own_clients,
    published_production_secret,
)
from portal.console.tokens import mint
from portal.edge.middleware import request_id
from portal.problems.handlers import log_failure

ROUTE = "console/token/"


@require_safe
def own(request: SignedInRequest) -> HttpResponse:
    """Say who is signed in and with which client their samples are written; no secret is known here."""
    return JsonResponse(_state(request, chosen_client(request.user)))


@require_safe
def production_secret(request: SignedInRequest) -> HttpResponse:
    """Tell members of its organisation the published production secret, where the demo has loaded it; nobody else."""
    return JsonResponse({"client_secret": published_production_secret(request.user)})


@require_POST
def pick(request: SignedInRequest) -> HttpResponse:
    """Keep the picked client; an empty name is the published one."""
    client = _own_client(request) if request.POST.get("client") else None
    choose(request.user, client)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(_state(request, client))
    messages.success(request, _picked(client))
    return redirect("console-client")


@require_safe
def client(request: SignedInRequest) -> HttpResponse:
    """List the clients that can be chosen: the picker of the header without a script, and for more than it holds."""
    words = "".join(filter(str.isprintable, request.GET.get("q", "")))[:120].strip()
    page = Paginator(found(request.user, words), OFFERED).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "words": words,
        "chosen": chosen_client(request.user),
        "any": bool(page.object_list) or own_clients(request.user).exists(),
        "organisation": request.user.organisations.first(),
        "area": "applications",
    }
    return render(request, "console/client.html", context)


@require_POST
def token(request: SignedInRequest) -> HttpResponse:
    """Give the page a token of the user's own client, and write it into the ledger first."""
    call = Call(request_id(request), request.META["REMOTE_ADDR"], "POST", route=ROUTE)
    answer = mint(user=request.user, client=_own_client(request), scope=request.POST.get("scope", ""), call=call)
    response = JsonResponse(answer.body, status=answer.status)
    if answer.retry_after:
        response["Retry-After"] = str(answer.retry_after)
    try:
        writer.write(ledger_row(request, call, response))
    except Error as exc:
        log_failure(request, exc)
        return JsonResponse({"error": "ledger_unavailable"}, status=503)
    return response


def _own_client(request: SignedInRequest) -> Client:
    """Return the client that the form names.

    :raises Http404: where the user may not use it, whatever the reason.
    """
    client_id = request.POST.get("client", "")
    if not client_id.isprintable():  # PostgreSQL takes no NUL
        raise Http404
    return get_object_or_404(own_clients(request.user), client_id=client_id)


def _state(request: SignedInRequest, chosen: Client | None) -> dict[str, Any]:
    apps = [described(each) for each in offered(request.user, chosen)]
    several = len({app["organisation"] for app in apps}) > 1
    context = {"apps": apps, "chosen": chosen, "several": several}
    return {
        "name": str(request.user),
        "csrf": get_token(request),
        "chosen": described(chosen) if chosen else None,
        "apps": apps,
        "said": _picked(chosen),
        "header": render_to_string("console/header.html", context, request),
    }


def _picked(client: Client | None) -> str:
    if client is None:
        return _("Samples show the published client.")
    return _("Samples show the sandbox client of %(app)s.") % {"app": client.application.name}
