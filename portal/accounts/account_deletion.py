"""What stands in the way of deleting an account, and what goes with it."""

from dataclasses import dataclass, field

from django.db.models import ProtectedError
from django.db.models.deletion import Collector

from portal.accounts.actions import is_last_owner
from portal.accounts.models import Membership, Organisation, User
from portal.accounts.ties import ties


class TiedError(Exception):
    """The account is the only owner of organisations that would be left without one."""

    def __init__(self, held: "list[Held]") -> None:
        super().__init__(", ".join(str(one.organisation) for one in held))
        self.held = held


@dataclass(frozen=True)
class Held:
    """An organisation that needs this owner, and why."""

    organisation: Organisation
    has_others: bool
    reasons: list[str]


@dataclass(frozen=True)
class Consequences:
    """`held` organisations need another owner first, `ended` ones go with the account, `left` ones stay without it."""

    held: list[Held] = field(default_factory=list)
    ended: list[Organisation] = field(default_factory=list)
    left: list[Membership] = field(default_factory=list)


def consequences(user: User) -> Consequences:
    """Return what deleting this account means for the organisations that it belongs to."""
    found = Consequences()
    for membership in user.memberships.select_related("organisation").order_by("organisation__name", "pk"):
        organisation = membership.organisation
        if not is_last_owner(membership):
            found.left.append(membership)
            continue
        has_others = organisation.memberships.exclude(user=user).exists()
        reasons = ties(organisation)
        if has_others or reasons:
            found.held.append(Held(organisation, has_others, reasons))
        else:
            found.ended.append(organisation)
    return found


def keeps_something(organisation: Organisation) -> bool:
    """Say whether the database would refuse to delete it: it owns closed applications, whose ledger must stay whole."""
    try:
        Collector(using="default").collect([organisation])
    except ProtectedError:
        return True
    return False
