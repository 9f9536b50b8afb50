"""Finding a grant, and holding it still."""

from django.utils.translation import gettext as _

from portal.applications.models import Application, Client
from portal.approvals.models import Grant
from portal.approvals.moving import NotAllowedError


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


def require_standing(grant: Grant) -> None:
    """Stop where the grant is over.

    :raises NotAllowedError: with what to do instead.
    """
    if grant.ended_at is not None:
        raise NotAllowedError(_("This grant has ended. Ask for production access again."))
    if grant.request.application.closed_at is not None:
        raise NotAllowedError(_("This app is closed. Reopen it first."))
    if grant.client.suspended_at is not None:
        raise NotAllowedError(_("This client is suspended. It must be restored first."))
