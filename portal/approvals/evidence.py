"""What the sandbox knows about an application, computed from the ledger."""

from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from portal.approvals.models import AccessRequest
from portal.audit.models import ApiCall
from portal.edge.environments import SANDBOX

LOOKED_AT = timedelta(days=30)


def snapshot(request: AccessRequest) -> dict[str, Any]:
    """Return what is kept with a submitted version."""
    calls = ApiCall.objects.filter(
        application_id=request.application_id, environment=SANDBOX, at__gte=timezone.now() - LOOKED_AT
    )
    counted = calls.exclude(scope="").values_list("scope").annotate(number=Count("pk")).order_by("scope")
    return {"days": LOOKED_AT.days, "calls_by_scope": dict(counted)}
