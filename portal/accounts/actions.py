"""The verbs: every change to organisations and who belongs to them, each in one transaction with its audit row."""

from typing import Any

from django.db import transaction

from portal.accounts.models import Membership, Organisation, Role, User
from portal.audit.actions import Actor, record_decision


@transaction.atomic
def create_organisation(*, by: Actor, owner: User | None, **fields: Any) -> Organisation:
    """Create an organisation; `owner` is its first member. `None` is for what commands create."""
    organisation = Organisation.objects.create(**fields)
    _record(by, "create_organisation", organisation, after={"name": organisation.name})
    if owner is not None:
        add_member(by=by, organisation=organisation, user=owner, role=Role.OWNER)
    return organisation


@transaction.atomic
def add_member(*, by: Actor, organisation: Organisation, user: User, role: str) -> Membership:
    """Make somebody a member."""
    membership = Membership.objects.create(organisation=organisation, user=user, role=role)
    _record(by, "add_member", organisation, after={"member": str(user), "user": user.pk, "role": role})
    return membership


def _record(by: Actor, verb: str, organisation: Organisation, **details: Any) -> None:
    record_decision(
        by=by,
        verb=f"accounts.{verb}",
        object_type="Organisation",
        object_id=organisation.public_id,
        organisation_id=organisation.pk,
        **details,
    )
