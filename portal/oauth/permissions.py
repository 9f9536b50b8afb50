"""Closed by default: a view that names no operation for a method lets nobody in."""

from typing import Any, cast

from django.conf import settings
from django.urls import reverse
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.applications.clients import KnownClient
from portal.applications.scopes import available
from portal.audit.calls import call_of
from portal.edge.environments import PRODUCTION
from portal.oauth.operations import Operation
from portal.oauth.server import REALM
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import Problem


class HasScope(BasePermission):
    """Lets a token in that carries one of the operation's scopes."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return True, or False where there is no token.

        :raises Problem: `insufficient_scope`, which names the scopes (RFC 6750, section 3.1).
        """
        operation = operation_of(request, view)
        call = call_of(request)
        token = cast("AccessToken | None", request.auth)
        if token is None:
            return False
        if operation is None:
            name = str(request.method).lower()
            return name not in view.http_method_names or getattr(view, name, None) is None  # DRF answers 405
        call.scope = next((name for name in operation.scopes if name in token.scopes), "")
        if not call.scope:
            raise insufficient_scope(operation, token.client)
        return True


def operation_of(request: Request, view: Any) -> Operation | None:
    """Return the operation that the call is, None where the view has none of this method."""
    found: Operation | None = view.operations.get("GET" if request.method == "HEAD" else request.method)
    return found


def insufficient_scope(operation: Operation, client: KnownClient) -> Problem:
    """Return the 403 that names what is missing and, where production can be asked for it, the page to ask on."""
    names = " or ".join(operation.scopes)
    description = f"This call needs the scope {names}."
    askable = client.environment == PRODUCTION and set(operation.scopes) & set(available(PRODUCTION))
    members: dict[str, object] = {}
    if askable and not client.scopes & set(operation.scopes):  # else the token was asked for too little
        page = reverse("production-access", args=[client.application_public_id])
        members["request_access"] = f"{settings.PUBLIC_URL}{page}"
    problem = Problem("insufficient_scope", description, members=members)
    problem.headers["WWW-Authenticate"] = (
        f'Bearer realm="{REALM}", error="insufficient_scope", error_description="{description}", '
        f'scope="{" ".join(operation.scopes)}"'
    )
    return problem
