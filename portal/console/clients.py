"""Which sandbox clients somebody may use in samples, and which one they use."""

from typing import TypedDict

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.policies import May, memberships_that_allow
from portal.applications import secrets
from portal.applications.models import Client, ClientSecret
from portal.applications.published import DEMO_PRODUCTION_CLIENT
from portal.console.models import ChosenClient
from portal.edge.environments import SANDBOX

OFFERED = 20


class Described(TypedDict):
    """A client as pages show it."""

    client_id: str
    name: str
    organisation: str
    credentials: str
    scopes: list[str]


def own_clients(user: User) -> QuerySet[Client]:
    """Return the sandbox clients that this user may use, of the newest app first.

    Whoever may only see an app may not act in its name; a suspended client and a closed app have no calls.
    """
    organisations = memberships_that_allow(May.BUILD).filter(user=user).values("organisation")
    return (
        Client.objects.select_related("application__organisation")
        .filter(
            environment=SANDBOX,
            suspended_at=None,
            application__closed_at=None,
            application__organisation__in=organisations,
        )
        .order_by("-application__created_at", "-pk")
    )


def found(user: User, words: str) -> QuerySet[Client]:
    """Return those whose app, organisation or client id holds these words."""
    matches = Q(application__name__icontains=words) | Q(client_id__icontains=words)
    return own_clients(user).filter(matches | Q(application__organisation__name__icontains=words))


def chosen_client(user: User) -> Client | None:
    """Return the client of this user's samples, None for the published one."""
    usable = own_clients(user)
    row = ChosenClient.objects.filter(user=user).first()
    if row is None:
        return usable.first()
    if row.client_id is None:
        return None
    return usable.filter(pk=row.client_id).first() or usable.first()


def choose(user: User, client: Client | None) -> None:
    """Keep what the user picked; `None` is the published client."""
    ChosenClient.objects.update_or_create(user=user, defaults={"client": client})


def offered(user: User, chosen: Client | None) -> list[Client]:
    """Return the clients to pick from: the newest, and the chosen one whatever its age."""
    newest = list(own_clients(user)[:OFFERED])
    return newest if chosen is None or chosen in newest else [*newest[:-1], chosen]


def published_production_secret(user: User) -> str | None:
    """Return the production secret that the demo prints, if it works here and is of an organisation of this user."""
    if not settings.DEVELOPMENT:
        return None
    kept = ClientSecret.objects.filter(
        client__client_id=DEMO_PRODUCTION_CLIENT.client_id,
        client__application__organisation__memberships__user=user,
        digest=secrets.digest(DEMO_PRODUCTION_CLIENT.client_secret),
        revoked_at=None,
    )
    return DEMO_PRODUCTION_CLIENT.client_secret if kept.exists() else None


def described(client: Client) -> Described:
    """Return what a page needs to know of a client."""
    return {
        "client_id": client.client_id,
        "name": client.application.name,
        "organisation": client.application.organisation.name,
        "credentials": reverse("application", args=[client.application.public_id]),
        "scopes": client.scopes,
    }
