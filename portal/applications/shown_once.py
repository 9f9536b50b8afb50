"""The one answer in which a secret can be read, with samples that are already filled in."""

from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from portal.applications.models import Application, Client, ClientSecret
from portal.edge.environments import SANDBOX, Environment, base_url
from portal.samples.calls import Call
from portal.samples.groups import code_group, coloured_once

PATIENT = "OPC-2024-DEMO1"


def show_once(
    request: HttpRequest, application: Application, client: Client, secret: str, **context: Any
) -> HttpResponse:
    """Answer with the secret. It stands in this answer, which nobody keeps, and nowhere else."""
    environment: Environment = client.environment  # type: ignore[assignment]
    context |= {
        "application": application,
        "client": client,
        "secret": secret,
        "samples": samples(client, secret) if environment == SANDBOX else (),
        "token_endpoint": token_endpoint(environment),
        "tab": "credentials",
        "area": "applications",
    }
    response = render(request, "applications/secret_shown.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


def samples(client: Client, secret: str) -> list[SafeString]:
    """Return the quickstart's two calls as code groups, filled in."""
    token = Call(
        "createToken",
        {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret},
    )
    search = Call("searchPatient", {"health_id": PATIENT})
    return [
        code_group(token, base_url(SANDBOX), identifier="call-1", colour=coloured_once),
        code_group(search, base_url(SANDBOX), identifier="call-2", after=[token], colour=coloured_once),
    ]


def token_endpoint(environment: Environment) -> str:
    """Return where clients of this environment get tokens."""
    return f"{base_url(environment)}/connect/auth/token"


def shown_already(request: HttpRequest, error: IntegrityError | None, form_id: Any) -> HttpResponse | None:
    """Answer a form that was sent twice: its secret was made and shown. None where this form has made none.

    :raises IntegrityError: the one given, where it has another cause.
    """
    made = ClientSecret.objects.select_related("client__application__organisation").filter(form_id=form_id).first()
    if made is None:
        if error is not None:
            raise error
        return None
    application = made.client.application
    if not application.organisation.memberships.filter(user=request.user).exists():  # type: ignore[misc]
        return None
    context = {"application": application, "secret": made, "tab": "credentials", "area": "applications"}
    return render(request, "applications/shown_already.html", context, status=409)
