"""A 429 that no header asked for, so that a client is tried as it is: during a rehearsal, to that client alone.

Who rehearses is known of the client itself, which is in memory: a call of any other costs nothing. What has been
refused so far is read from the ledger, whose row stands before a refusal is answered.
"""

import math
from datetime import timedelta
from typing import Final

from django.utils import timezone
from rest_framework.request import Request

from portal.audit.calls import call_of
from portal.audit.models import ApiCall
from portal.edge.environments import SANDBOX
from portal.limits import quotas
from portal.oauth.tokens import AccessToken
from portal.problems.catalogue import REHEARSED

CALM: Final = 1
"""So many calls are let in before one is refused."""
RETRY_AFTER: Final = timedelta(seconds=5)


def rehearse(request: Request) -> None:
    """Refuse the call, if the client rehearses and it is its turn. The caller has made sure that it would be let in.

    :raises Problem: `rate_limited`.
    """
    token: AccessToken = request.auth  # type: ignore[assignment] # HasScope saw to it
    since, until = token.client.rehearses_since, token.client.rehearses_until
    if since is None or until is None or token.environment != SANDBOX or token.credential.startswith("user:"):
        return
    now = timezone.now()
    if not since <= now < until:
        return
    rows = ApiCall.objects.filter(application_id=token.client.application_id, environment=SANDBOX, at__gte=since)
    refused = rows.filter(error_code=REHEARSED.code).order_by("at").values_list("at", flat=True).first()
    if refused is not None:
        left = refused + RETRY_AFTER - now
        if left > timedelta():
            _refuse(request, left)
    elif rows.exclude(scope="").exclude(credential__startswith="user:").filter(status__lt=400).count() >= CALM:
        _refuse(request, RETRY_AFTER)


def _refuse(request: Request, left: timedelta) -> None:
    call_of(request).error_code = REHEARSED.code
    raise quotas.refusal(quotas.pretend_over(request._request, math.ceil(left.total_seconds())))
