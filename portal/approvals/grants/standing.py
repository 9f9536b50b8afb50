"""Finding a grant, and holding it still."""

from portal.applications.models import Application, Client
from portal.approvals.models import Grant


def newest_grant(application: Application) -> Grant | None:
    """Return the grant of the application that stands, or the one that ended last, with its client and request."""
    found = Grant.objects.select_related("client", "request").filter(request__application=application)
    grant = found.order_by("-pk").first()
    if grant is not None:
        grant.request.application = grant.client.application = application
    return grant


def lock_grant(grant: Grant) -> Grant:
    """Return the row anew, held by the lock of its client: whatever changes a grant takes that first."""
    client = Client.objects.select_for_update(of=("self",)).get(pk=grant.client_id)
    found = Grant.objects.select_related("request__application__organisation").get(pk=grant.pk)
    client.application = found.request.application
    found.client = client
    return found
