"""The limits that there are, and how near an application is to each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from portal.applications.models import Application, Client
from portal.applications.published import SANDBOX_CLIENT
from portal.limits import quotas
from portal.limits.failures import FAILURES
from portal.usage.log import calls_of

MINUTE = timedelta(minutes=1)
NEAR = 0.8


@dataclass(frozen=True)
class Limit:
    """A limit in words. `used` and `most` are set where it can be seen how much of it is used."""

    name: str
    allowed: str
    explained: str
    used: int | None = None
    most: int | None = None

    @property
    def is_near(self) -> bool:
        """Say whether little is left."""
        return self.used is not None and self.most is not None and self.used >= NEAR * self.most


def limits(application: Application) -> list[Limit]:
    """Return the limits of the application. Two queries."""
    clients = list(application.clients.all())
    return [*_calls(clients), _of_address(), _failures(application), *_lifetimes(clients), _body()]


def _calls(clients: Iterable[Client]) -> Iterator[Limit]:
    """Look at the very count that refuses and that the RateLimit header tells."""
    for client in clients:
        if client.client_id == SANDBOX_CLIENT.client_id:
            yield Limit(
                name=_("Calls of the API, %(environment)s") % {"environment": client.environment},
                allowed=_("%(number)s a minute, per address") % {"number": _number(settings.RATE_LIMIT_PUBLISHED)},
                explained=_("Everybody knows this client, so each address counts for itself."),
            )
            continue
        spent = quotas.look(quotas.of_client(client.client_id))
        yield Limit(
            name=_("Calls of the API, %(environment)s") % {"environment": client.environment},
            allowed=_("%(number)s a minute") % {"number": _number(spent.quota.amount)},
            explained=_("Beyond it, calls are answered with 429 until the minute is over."),
            used=min(spent.window.used, spent.quota.amount),
            most=spent.quota.amount,
        )


def _of_address() -> Limit:
    return Limit(
        name=_("Calls from one address"),
        allowed=_("%(number)s a minute") % {"number": _number(settings.RATE_LIMIT_ADDRESS)},
        explained=_("Whoever makes them. Systems of one hospital often share an address."),
    )


def _failures(application: Application) -> Limit:
    """Count the failures of the last minute, per address and client, as the limit does."""
    failed = calls_of(application.pk).filter(at__gt=timezone.now() - MINUTE, error_code="invalid_client")
    worst = failed.values("address", "client_id").annotate(times=Count("pk")).order_by("-times")
    row = worst.first()
    return Limit(
        name=_("Failed authentications"),
        allowed=_("%(number)s a minute, per client and address") % {"number": FAILURES.amount},
        explained=_("Beyond it, that address waits until the minute is over; other addresses do not."),
        used=min(row["times"], FAILURES.amount) if row else 0,
        most=FAILURES.amount,
    )


def _number(amount: int) -> str:
    return number_format(amount, force_grouping=True)


def _lifetimes(clients: Iterable[Client]) -> Iterator[Limit]:
    for client in clients:
        yield Limit(
            name=_("Lifetime of a token, %(environment)s") % {"environment": client.environment},
            allowed=_("%(minutes)s minutes") % {"minutes": client.token_lifetime // 60},
            explained=_("Keep a token for as long as `expires_in` says; a new one for every call costs you time."),
        )


def _body() -> Limit:
    return Limit(
        name=_("Size of a request"),
        allowed=_("%(size)s kB") % {"size": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024},
        explained=_("A larger body is answered with 413."),
    )
