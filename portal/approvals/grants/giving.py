"""What an approval gives: the production client with its scopes and facilities."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from portal.applications.actions import create_client, restore_client, set_facilities, set_scopes
from portal.applications.models import Client
from portal.approvals.models import AccessRequest, Grant, Review
from portal.audit.actions import Actor
from portal.edge.environments import PRODUCTION


def grant(*, by: Actor, request: AccessRequest, review: Review, scopes: Sequence[str]) -> Grant:
    """Give the application its production client, or change the one it has. Part of the transaction of the decision.

    A new client has no secret: a member of the organisation makes it. One that has a grant keeps its credentials.
    """
    client = Client.objects.filter(application=request.application, environment=PRODUCTION).first()
    if client is None:
        client = create_client(by=by, application=request.application, environment=PRODUCTION, scopes=scopes)
    else:
        set_scopes(by=by, client=client, scopes=scopes)
    set_facilities(by=by, client=client, facilities=review.facilities)
    now = timezone.now()
    before = Grant.objects.filter(client=client).order_by("-pk").first()
    if before is not None and before.ended_at is None:
        before.ended_at, before.ended_because = now, "replaced"
        before.save(update_fields=["ended_at", "ended_because"])
    if before is not None and before.suspended_at is not None and before.suspended_at == client.suspended_at:
        restore_client(by=by, client=client, reason="granted anew")
    return Grant.objects.create(
        request=request,
        client=client,
        scopes=list(scopes),
        facilities=list(review.facilities),
        conditions=review.conditions,
        ends_on=review.ends_on,
        opened_at=before.opened_at if before else None,
        opened_by=before.opened_by if before else "",
        completed_at=before.completed_at if before else None,
        attest_by=now.date() + timedelta(days=settings.REATTEST_DAYS),
    )
