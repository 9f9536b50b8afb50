"""Which datasets a token sees. Kept in memory, because it changes only when an application gets its own dataset."""

from functools import lru_cache

from django.db.models import Q

from portal.applications.feed import feed
from portal.connect.models import Dataset
from portal.edge.environments import PRODUCTION, Environment
from portal.oauth.tokens import AccessToken


def visible_datasets(token: AccessToken) -> tuple[int, ...]:
    """Return the ids of the datasets that the token may see, the one that comes first in doubt first.

    Production sees production alone. Sandbox sees its application's own dataset, then the fixtures.
    """
    return _datasets(token.environment, token.client.application_id)


@lru_cache(maxsize=10_000)
def _datasets(environment: Environment, application_id: int) -> tuple[int, ...]:
    if environment == PRODUCTION:
        return tuple(Dataset.objects.filter(kind=Dataset.PRODUCTION).values_list("pk", flat=True))
    mine = Q(kind=Dataset.APPLICATION, application_id=application_id)
    rows = Dataset.objects.filter(Q(kind=Dataset.FIXTURES) | mine)
    return tuple(row.pk for row in sorted(rows, key=lambda row: row.kind == Dataset.FIXTURES))


def forget(_subject: str = "") -> None:
    """Read the table again at the next call."""
    _datasets.cache_clear()


feed.subscribe("dataset", forget)
