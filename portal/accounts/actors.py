"""The person behind a request, as the audit names them."""

from portal.accounts.policies import SignedInRequest
from portal.audit.actions import Actor


def actor(request: SignedInRequest) -> Actor:
    """Return who acts and from where."""
    return Actor(
        kind="user", label=str(request.user), id=str(request.user.pk), address=str(request.META["REMOTE_ADDR"])
    )
