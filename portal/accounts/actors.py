"""The person behind a request, as the audit names them."""

from django.http import HttpRequest

from portal.accounts.models import User
from portal.accounts.policies import SignedInRequest
from portal.audit.actions import Actor


def actor(request: SignedInRequest) -> Actor:
    """Return who acts and from where."""
    return user_actor(request, request.user)


def user_actor(request: HttpRequest, user: User) -> Actor:
    """Return the same for a request that does not carry the user yet: one that signs in, or chooses a new password."""
    return Actor(kind="user", label=str(user), id=str(user.pk), address=str(request.META["REMOTE_ADDR"]))
