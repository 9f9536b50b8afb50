"""What each role may do in an organisation. Outsiders learn nothing: 404. Members who may not: 403."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeGuard, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from portal.accounts.models import Membership, Role, User


class May(StrEnum):
    """What can be done in an organisation."""

    SEE = "see"
    """See its applications, their logs and usage, its members."""
    BUILD = "build"
    """Create and change applications, see and change their credentials."""
    MANAGE = "manage"
    """Change the organisation, its members and what endangers running systems; read and export its audit."""


ALLOWED: dict[str, frozenset[May]] = {
    Role.OWNER: frozenset(May),
    Role.DEVELOPER: frozenset({May.SEE, May.BUILD}),
    Role.VIEWER: frozenset({May.SEE}),
}


class SignedInRequest(HttpRequest):
    """A request behind the sign-in: its user is a real one."""

    user: User


def signed_in(user: User | AnonymousUser) -> TypeGuard[User]:
    """Say whether this is somebody."""
    return user.is_authenticated


def may(membership: Membership, what: May) -> bool:
    """Say whether this member may do that."""
    return what in ALLOWED[membership.role]


def memberships_that_allow(what: May) -> QuerySet[Membership]:
    """Return the memberships of active users whose role allows this."""
    roles = [role for role, allowed in ALLOWED.items() if what in allowed]
    return Membership.objects.filter(role__in=roles, user__is_active=True)


def membership_for(user: User, organisation_id: str, what: May) -> Membership:
    """Return the user's membership in this organisation (by its public id), with the organisation.

    :raises Http404: where the user is no member: for them the organisation does not exist.
    :raises PermissionDenied: where the user's role does not allow it; the message says whom to ask.
    """
    found = Membership.objects.select_related("organisation").filter(user=user, organisation__public_id=organisation_id)
    membership = found.first()
    if membership is None:
        raise Http404
    require(membership, what)
    return membership


def require(membership: Membership, what: May) -> None:
    """Stop a member who may not.

    :raises PermissionDenied: with the role and whom to ask.
    """
    if not may(membership, what):
        raise PermissionDenied(
            _("You are a %(role)s of %(organisation)s, and that does not allow this. Ask one of its owners.")
            % {"role": membership.get_role_display().lower(), "organisation": membership.organisation.name}
        )


View = TypeVar("View", bound=Callable[..., Any])


def about_oneself(view: View) -> View:
    """Mark a view whose form every member may send, viewers too, because it decides about nobody but themselves.

    All other forms of an organisation's pages demand more than `May.SEE`; tests/portal/test_who_may_see_what.py looks.
    """
    view.about_oneself = True  # type: ignore[attr-defined]
    return view
