"""What the token endpoint and every authenticated call know of a client, kept in memory and dropped by the feed."""

import hmac
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.utils import timezone

from portal.accounts.policies import May, memberships_that_allow
from portal.applications import secrets
from portal.applications.feed import feed
from portal.applications.models import Client, ClientSecret
from portal.edge.environments import Environment

CAPACITY = 10_000


@dataclass(frozen=True)
class KnownSecret:
    """A secret that has not been revoked."""

    id: int
    digest: str
    expires_at: datetime | None


@dataclass(frozen=True)
class KnownClient:
    """A client as the database described it when it was last read."""

    client_id: str
    environment: Environment
    application_id: int
    organisation_id: int
    scopes: frozenset[str]
    token_lifetime: int
    suspended: bool
    secrets: tuple[KnownSecret, ...]
    jwks: Mapping[str, Any] | None
    facilities: frozenset[str] = frozenset()
    """Codes of those that it may send data for, in production."""
    application_public_id: str = ""
    fetches_keys: bool = False
    """Its keys have a URL: one that is not known here may be there by now."""
    rehearses_since: datetime | None = None
    """Until `rehearses_until` the sandbox refuses one of its calls with 429, so that it can show what it does then."""
    rehearses_until: datetime | None = None

    def credential_of(self, presented: str) -> str | None:
        """Return the id (`secret:<id>`) of the secret that this is, or None. Every secret is compared."""
        presented_digest = secrets.digest(presented)
        found = None
        for known in self.secrets:
            same = hmac.compare_digest(known.digest, presented_digest)
            if same and self._is_live(known):
                found = f"secret:{known.id}"
        return found

    def has_credential(self, credential: str) -> bool:
        """Say whether the secret (`secret:<id>`), key (`key:<kid>`) or member (`user:<id>`) still opens the door.

        A member's token is one that Run got in their session. Whether they may still build is asked of the database
        each time: it changes without this client's knowledge, and such calls are few.
        """
        kind, _, name = credential.partition(":")
        if kind == "user":
            builders = memberships_that_allow(May.BUILD).filter(organisation_id=self.organisation_id)
            return builders.filter(user_id=int(name)).exists()
        if kind == "key":
            return any(key.get("kid") == name for key in (self.jwks or {}).get("keys", []))
        return any(str(known.id) == name and self._is_live(known) for known in self.secrets)

    @staticmethod
    def _is_live(secret: KnownSecret) -> bool:
        return secret.expires_at is None or secret.expires_at > timezone.now()


class ClientRegistry:
    """The clients that this process has met; the oldest entry goes first."""

    def __init__(self) -> None:
        self._clients: OrderedDict[str, KnownClient] = OrderedDict()
        self._lock = threading.Lock()
        self._drops = 0

    def peek(self, client_id: str) -> KnownClient | None:
        """Return the client if it is in memory."""
        return self._clients.get(client_id)

    def get(self, client_id: str) -> KnownClient | None:
        """Return the client, from memory where it is known, or None where there is no such client."""
        return self.peek(client_id) or self.load(client_id)

    def load(self, client_id: str) -> KnownClient | None:
        """Return the client as the database has it now. Costs two queries, whether it exists or not."""
        drops = self._drops
        row = Client.objects.select_related("application").filter(client_id=client_id).first()
        stored = ClientSecret.objects.filter(client__client_id=client_id, revoked_at=None)
        known_secrets = tuple(KnownSecret(*values) for values in stored.values_list("id", "digest", "expires_at"))
        if row is None:
            return None
        client = KnownClient(
            client_id=row.client_id,
            environment=cast("Environment", row.environment),
            application_id=row.application_id,
            organisation_id=row.application.organisation_id,
            scopes=frozenset(row.scopes),
            token_lifetime=row.token_lifetime,
            suspended=row.suspended_at is not None or row.application.closed_at is not None,
            secrets=known_secrets,
            jwks=row.jwks,
            facilities=frozenset(row.facilities),
            application_public_id=row.application.public_id,
            fetches_keys=bool(row.jwks_url),
            rehearses_since=row.rehearses_since,
            rehearses_until=row.rehearses_until,
        )
        with self._lock:
            if drops == self._drops:  # otherwise what was read may be older than what was dropped meanwhile
                self._clients[client_id] = client
            while len(self._clients) > CAPACITY:
                self._clients.popitem(last=False)
        return client

    def drop(self, client_id: str) -> None:
        """Forget one client, so that the next call reads it anew."""
        with self._lock:
            self._drops += 1
            self._clients.pop(client_id, None)

    def reset(self) -> None:
        """Forget all clients."""
        with self._lock:
            self._drops += 1
            self._clients.clear()


clients = ClientRegistry()
feed.subscribe("client", clients.drop)
