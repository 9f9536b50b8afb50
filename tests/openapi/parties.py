"""Clients that hold every scope of their environment, each of an application of its own."""

from dataclasses import dataclass

from portal.applications.clients import clients
from portal.applications.models import Client as OAuthClient
from portal.applications.scopes import available
from portal.edge.environments import SANDBOX, Environment
from portal.oauth.tokens import issue
from tests.connect.test_patients import new_client


@dataclass(frozen=True)
class Party:
    """A client and its tokens."""

    environment: Environment
    client_id: str

    def token(self, *scopes: str, lifetime: int = 600) -> str:
        """Return a token with these scopes, or with all."""
        known = clients.get(self.client_id)
        assert known
        secret = OAuthClient.objects.get(client_id=self.client_id).secrets.get()
        names = scopes or available(self.environment)
        return issue(known, f"secret:{secret.pk}", " ".join(names), lifetime=lifetime)[0]


def new_party(environment: Environment = SANDBOX) -> Party:
    """Return the client of a new application."""
    return Party(environment, new_client(environment, list(available(environment)))["client_id"])
