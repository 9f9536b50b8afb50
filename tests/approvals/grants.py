"""Grants in each state, reached as people reach them."""

from typing import Any

from portal.applications.models import Client
from portal.approvals.grants.agreement import accept_agreement
from portal.approvals.models import AccessRequest, Grant
from portal.approvals.reviewing import Terms
from tests.applications.pages import send, the_secret
from tests.approvals.requests import BY_DEVELOPER, approved, reviewer
from tests.cast import Cast


def address(cast: Cast, page: str = "") -> str:
    """Return the address of a page about the grant of the cast's application."""
    return f"/applications/{cast.application.public_id}/production/grant/{page}"


def granted(cast: Cast, terms: Terms | None = None, **scopes: str) -> Grant:
    """Return a grant that nobody has opened yet."""
    return grant_of(approved(cast, reviewer(), terms, **scopes))


def accepted(cast: Cast, terms: Terms | None = None, **scopes: str) -> Grant:
    """Return a grant whose secret can be made."""
    grant = granted(cast, terms, **scopes)
    accept_agreement(by=BY_DEVELOPER, organisation=cast.organisation, user=cast.alice.user)
    return grant


def opened(cast: Cast, terms: Terms | None = None, **scopes: str) -> tuple[Grant, str]:
    """Return a grant with the secret that Bob has made on its page."""
    grant = accepted(cast, terms, **scopes)
    secret = the_secret(open_by(cast))
    return grant_of(grant.request), secret


def open_by(cast: Cast, **fields: str) -> Any:
    """Answer as the page does when Bob makes the secret."""
    return send(cast.bob.client, address(cast, "open/"), **{"lifetime": "180", **fields})


def grant_of(request: AccessRequest) -> Grant:
    """Return the grant of a request, as the database has it."""
    return Grant.objects.select_related("client", "request__application__organisation").get(request=request)


def production_client(cast: Cast) -> Client:
    """Return the application's production client."""
    return Client.objects.get(application=cast.application, environment="production")
