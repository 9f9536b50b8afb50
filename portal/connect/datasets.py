"""Which datasets a token sees. Kept in memory, because it changes only when an application gets its own dataset."""

from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Q

from portal.applications.feed import feed, publish
from portal.applications.models import Client
from portal.connect.models import (
    BreakGlassOpening,
    Condition,
    Dataset,
    Facility,
    IdempotentCall,
    LabResult,
    LocalLink,
    MatchReview,
    Patient,
    Record,
)
from portal.edge.environments import PRODUCTION, SANDBOX, Environment
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


def own_dataset(token: AccessToken) -> int:
    """Return the id of the dataset that the token writes to: production's, or its application's own in the sandbox.

    It is made at the first write. Other processes learn of it from the feed, within two seconds.
    """
    if token.environment == PRODUCTION:
        wanted: dict[str, Any] = {"kind": Dataset.PRODUCTION, "application": None}
    else:
        wanted = {"kind": Dataset.APPLICATION, "application_id": token.client.application_id}
    with transaction.atomic():
        dataset, created = Dataset.objects.get_or_create(**wanted)
        if created:
            publish("dataset", str(dataset.pk))
            forget()  # for what this call reads still
            transaction.on_commit(forget)  # for whoever has read the table meanwhile
    return dataset.pk


def forget(_subject: str = "") -> None:
    """Read the table again at the next call."""
    _datasets.cache_clear()


feed.subscribe("dataset", forget)


@transaction.atomic
def empty(dataset: int) -> int:
    """Delete every row of an application's own dataset and its client's idempotency keys; say how many rows.

    :raises ValueError: for any other dataset.
    """
    if not Dataset.objects.filter(pk=dataset, kind=Dataset.APPLICATION).exists():
        raise ValueError("only an application's own sandbox dataset is ever emptied")
    clients = Client.objects.filter(application__dataset=dataset, environment=SANDBOX)
    IdempotentCall.objects.filter(client_id__in=clients.values("client_id")).delete()
    Patient.objects.filter(dataset_id=dataset).update(merged_into=None)  # it protects the survivor
    # In this order: what hangs on something goes before it.
    deleted = [
        model._default_manager.filter(dataset_id=dataset).delete()[0]
        for model in (BreakGlassOpening, LabResult, Condition, Record, Facility, MatchReview, LocalLink, Patient)
    ]
    return sum(deleted)
