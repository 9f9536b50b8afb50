"""How many calls a client may make."""

from portal.applications.clients import KnownClient
from portal.applications.published import SANDBOX_CLIENT
from portal.limits import quotas


def quota_of(client: KnownClient, address: str) -> quotas.Quota:
    """Return the quota that a call of this client from this address is counted against."""
    if client.client_id == SANDBOX_CLIENT.client_id:
        return quotas.of_published_client(client.client_id, address)
    return quotas.of_client(client.client_id)
