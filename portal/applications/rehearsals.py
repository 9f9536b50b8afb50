"""A sandbox client's rehearsal: a span of time in which the sandbox refuses one of its calls with 429."""

from datetime import datetime

from portal.applications.feed import publish
from portal.applications.models import Client
from portal.edge.environments import SANDBOX


def begin_rehearsal(*, client: Client, since: datetime, until: datetime) -> None:
    """Let the sandbox refuse a call. Last in the transaction of whoever decided it: every process is told."""
    Client.objects.filter(pk=client.pk, environment=SANDBOX).update(rehearses_since=since, rehearses_until=until)
    publish("client", client.client_id)


def end_rehearsal(*, client: Client) -> None:
    """Let all calls pass again."""
    Client.objects.filter(pk=client.pk).update(rehearses_since=None, rehearses_until=None)
    publish("client", client.client_id)
