"""What stands in the way of deleting an account, and what goes with it."""

from dataclasses import dataclass

from django.db.models import ProtectedError, Q
from django.db.models.deletion import Collector

from portal.accounts.models import Organisation, Role, User


class TiedError(Exception):
    """The account is the only owner of organisations that would be left without one."""

    def __init__(self, organisations: list[Organisation]) -> None:
        super().__init__(", ".join(map(str, organisations)))
        self.organisations = organisations


@dataclass(frozen=True)
class Consequences:
    """`held` organisations need another owner first; `empty` ones are deleted with the account."""

    held: list[Organisation]
    empty: list[Organisation]
    left: list[Organisation]


def consequences(user: User) -> Consequences:
    """Return what deleting this account means for the organisations that it belongs to.

    Call it in a transaction that is to delete the account: until its end nobody else decides about these organisations.
    """
    mine = Organisation.objects.filter(memberships__user=user).order_by("name", "pk")
    found = Consequences([], [], [])
    for organisation in mine:
        others = organisation.memberships.filter(~Q(user=user))
        if others.filter(role=Role.OWNER).exists() or not _owns(user, organisation):
            found.left.append(organisation)
        elif others.exists() or _has_something(organisation):
            found.held.append(organisation)
        else:
            found.empty.append(organisation)
    return found


def _owns(user: User, organisation: Organisation) -> bool:
    return organisation.memberships.filter(user=user, role=Role.OWNER).exists()


def _has_something(organisation: Organisation) -> bool:
    """Say whether the database would refuse to delete it, because something of value (an application) is its own."""
    try:
        Collector(using="default").collect([organisation])
    except ProtectedError:
        return True
    return False
