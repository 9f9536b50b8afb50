"""The rotation assistant: the ledger says whether a credential is still used, by whom, and what its end would break.

A call with a token counts as a use of the credential that obtained the token: both end together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from portal.applications.models import Client, ClientSecret
from portal.audit.models import ApiCall

QUIET = timedelta(hours=24)
"""A credential that nobody has used for so long can go without anybody noticing."""
LISTED = 20
COUNTED = 20_000
"""At most so many of the newest calls are counted by address: a busy secret has more in a day than a page may read.
Who calls seldom shows up as the busy ones move to the new secret."""


@dataclass(frozen=True)
class Use:
    """The newest call with a credential."""

    at: datetime
    address: str

    @property
    def is_recent(self) -> bool:
        """Say whether somebody would notice the credential's end."""
        return timezone.now() - self.at < QUIET


@dataclass(frozen=True)
class Caller:
    """An address that used the credential within the last 24 hours."""

    address: str
    calls: int
    last_at: datetime


@dataclass(frozen=True)
class Verdict:
    """What the ledger says about ending a credential. `counted_since`: where there were too many calls to count all."""

    last: Use | None
    callers: Sequence[Caller]
    more_callers: bool
    counted_since: datetime | None
    token_until: datetime | None

    @property
    def is_safe(self) -> bool:
        """Say whether nobody would notice the credential's end."""
        return self.last is None or not self.last.is_recent


def credential_of(secret: ClientSecret) -> str:
    """Return how the ledger names the secret."""
    return f"secret:{secret.pk}"


def calls_with(client_id: str | OuterRef, credential: str) -> QuerySet[Any]:
    """Return the ledger's rows of a credential. Its index is used because its condition stands in the query."""
    return ApiCall.objects.filter(client_id=client_id, credential=credential).filter(~Q(credential=""))


def last_uses(client: Client, credentials: Sequence[str]) -> Mapping[str, Use]:
    """Return the newest call of each credential that was ever used, in one query of as many index look-ups."""
    newest = {
        f"{column}_{number}": Subquery(calls_with(client.client_id, name).order_by("-at").values(column)[:1])
        for number, name in enumerate(credentials)
        for column in ("at", "address")
    }
    found: dict[str, Any] = dict(Client.objects.filter(pk=client.pk).values(**newest)[0]) if newest else {}
    return {
        name: Use(found[f"at_{number}"], found[f"address_{number}"])
        for number, name in enumerate(credentials)
        if found[f"at_{number}"]
    }


def verdict(client: Client, credential: str) -> Verdict:
    """Return what the ledger says about ending this credential. Three or four queries."""
    last = last_uses(client, [credential]).get(credential)
    if last is None or not last.is_recent:
        return Verdict(last, (), more_callers=False, counted_since=None, token_until=None)
    now = timezone.now()
    recent = calls_with(client.client_id, credential).filter(at__gt=now - QUIET)
    edge = recent.order_by("-at").values_list("at", flat=True)[COUNTED : COUNTED + 1].first()
    if edge:
        recent = recent.filter(at__gt=edge)
    rows = recent.values("address").annotate(calls=Count("pk"), last_at=Max("at")).order_by("-last_at")
    callers = [Caller(**row) for row in rows[: LISTED + 1]]
    lifetime = timedelta(seconds=client.token_lifetime)
    obtained = recent.filter(at__gt=now - lifetime, operation="createToken", outcome="allowed")
    newest = obtained.order_by("-at").values_list("at", flat=True).first()
    return Verdict(
        last=last,
        callers=callers[:LISTED],
        more_callers=len(callers) > LISTED,
        counted_since=edge,
        token_until=newest + lifetime if newest else None,
    )


def replaced_secrets() -> QuerySet[ClientSecret]:
    """Return the live secrets that a newer one has replaced: what the assistant watches."""
    live = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return ClientSecret.objects.filter(live, revoked_at=None, replaced_by__isnull=False).select_related("client")


def live_first(client: Client) -> list[ClientSecret]:
    """Return the client's secrets: those that work, the newest first, then those that have ended."""
    rows = client.secrets.select_related("replaced_by").order_by(F("revoked_at").desc(nulls_first=True), "-pk")
    return list(rows)
