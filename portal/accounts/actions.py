"""The verbs: every change to organisations and who belongs to them, each in one transaction with its audit row."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import letters
from portal.accounts.models import Membership, Organisation, Role, User
from portal.accounts.ties import ties
from portal.audit.actions import Actor, record_decision


class NotAllowedError(ValueError):
    """The rules forbid this; the message says which and what to do instead."""


@transaction.atomic
def create_organisation(*, by: Actor, owner: User | None, **fields: Any) -> Organisation:
    """Create an organisation; `owner` is its first member. `None` is for what commands create."""
    organisation = Organisation.objects.create(**fields)
    record(by, "create_organisation", organisation, after={"name": organisation.name})
    if owner is not None:
        add_member(by=by, organisation=organisation, user=owner, role=Role.OWNER)
    return organisation


@transaction.atomic
def change_organisation(*, by: Actor, organisation: Organisation, **fields: Any) -> None:
    """Change what an organisation says of itself; only what is different is changed and recorded.

    Both the old and the new security contact learn that it was changed.
    """
    locked = lock(organisation)
    before = {name: getattr(locked, name) for name, value in fields.items() if getattr(locked, name) != value}
    if not before:
        return
    for name in before:
        setattr(locked, name, fields[name])
    locked.save(update_fields=list(before))
    was, now = ({name: str(value[name]) for name in before} for value in (before, fields))
    record(by, "change_organisation", locked, before=was, after=now)
    if "security_contact" in before:
        letters.security_contact_changed(locked, was["security_contact"], by.label)


@transaction.atomic
def close_organisation(*, by: Actor, organisation: Organisation) -> None:
    """End it: nobody is a member any more, no invitation works. Its closed applications and its audit stay.

    :raises NotAllowedError: where something that works depends on it.
    """
    locked = lock(organisation)
    if locked.closed_at is not None:
        return
    if held_by := ties(locked):
        raise NotAllowedError(" ".join(held_by))
    now = timezone.now()
    letters.organisation_closed(locked, by.label)
    locked.invitations.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
    members = {membership.user.name: membership.role for membership in locked.memberships.select_related("user")}
    locked.memberships.all().delete()
    locked.closed_at = now
    locked.save(update_fields=["closed_at"])
    record(by, "close_organisation", locked, before={"members": members}, after={"closed": True})


@transaction.atomic
def add_member(*, by: Actor, organisation: Organisation, user: User, role: str) -> Membership:
    """Make somebody a member."""
    membership = Membership.objects.create(organisation=organisation, user=user, role=role)
    record(by, "add_member", organisation, after={**named(user), "role": role})
    return membership


@transaction.atomic
def change_role(*, by: Actor, membership: Membership, role: str) -> None:
    """Let a member do more or less.

    :raises NotAllowedError: where the organisation would be left without an owner.
    """
    organisation, found = _lock_member(membership)
    if found.role == role:
        return
    if role != Role.OWNER:
        _refuse_last_owner(found)
    before, found.role = found.role, role
    found.save(update_fields=["role"])
    record(by, "change_role", organisation, before={**named(found.user), "role": before}, after={"role": role})
    if by.id != str(found.user_id):
        letters.role_changed(found, by.label)


@transaction.atomic
def transfer_ownership(*, by: Actor, giver: Membership, taker: Membership, stay_as: str) -> None:
    """Make another member an owner in the place of this one, who stays with a lesser role.

    :raises NotAllowedError: where the giver is no owner, or the taker cannot sign in.
    """
    organisation, old = _lock_member(giver)
    _same, new = _lock_member(taker)
    if old.role != Role.OWNER:
        raise NotAllowedError(_("Only an owner can give ownership away."))
    if not new.user.is_active:
        raise NotAllowedError(_("%(name)s cannot sign in, and so cannot be an owner.") % {"name": new.user})
    before = {str(one.user): one.role for one in (old, new)}
    new.role, old.role = Role.OWNER, stay_as
    new.save(update_fields=["role"])
    old.save(update_fields=["role"])
    after = {str(one.user): one.role for one in (old, new)}
    record(by, "transfer_ownership", organisation, before=before, after={**after, "member": str(new.user)})
    letters.role_changed(new, by.label)


@transaction.atomic
def remove_member(*, by: Actor, membership: Membership) -> None:
    """End somebody's membership, and tell them.

    :raises NotAllowedError: where the organisation would be left without an owner.
    """
    organisation, found = _lock_member(membership)
    _refuse_last_owner(found)
    found.delete()
    record(by, "remove_member", organisation, before={**named(found.user), "role": found.role})
    letters.removed(organisation, found.user, by.label)


@transaction.atomic
def leave(*, by: Actor, membership: Membership) -> None:
    """Leave an organisation; its owners are told.

    :raises NotAllowedError: where it would be left without an owner.
    """
    organisation, found = _lock_member(membership)
    _refuse_last_owner(found)
    found.delete()
    record(by, "leave", organisation, before={**named(found.user), "role": found.role})
    letters.left(organisation, found.user)


def lock(organisation: Organisation) -> Organisation:
    """Return the organisation's row, locked: of two who change its members at once, the second sees what the first did.

    SQLite has no row locks and needs none: its transactions that write come one after the other.
    """
    return Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)


def active_owners(organisation: Organisation) -> list[User]:
    """Return the owners who can sign in."""
    return list(
        User.objects.filter(
            memberships__organisation=organisation, memberships__role=Role.OWNER, is_active=True
        ).order_by("pk")
    )


def is_last_owner(membership: Membership) -> bool:
    """Say whether the organisation would have no owner who can sign in without this one."""
    if membership.role != Role.OWNER:
        return False
    return not any(owner.pk != membership.user_id for owner in active_owners(membership.organisation))


def _lock_member(membership: Membership) -> tuple[Organisation, Membership]:
    """Return the organisation, locked, and the membership as it is now.

    :raises NotAllowedError: where it has ended meanwhile.
    """
    organisation = lock(membership.organisation)
    found = Membership.objects.select_related("user").filter(pk=membership.pk).first()
    if found is None:
        raise NotAllowedError(_("This membership has ended already."))
    found.organisation = organisation
    return organisation, found


def _refuse_last_owner(membership: Membership) -> None:
    if is_last_owner(membership):
        raise NotAllowedError(
            _("%(name)s is the only owner of %(organisation)s. Make somebody else an owner first.")
            % {"name": membership.user, "organisation": membership.organisation}
        )


def named(user: User) -> dict[str, Any]:
    """Return how the audit names a member: what they are called now, and which account that is."""
    return {"member": str(user), "user": user.pk}


def record(by: Actor, verb: str, organisation: Organisation, **details: Any) -> None:
    """Write down a decision about an organisation."""
    record_decision(
        by=by,
        verb=f"accounts.{verb}",
        object_type="Organisation",
        object_id=organisation.public_id,
        object_label=organisation.name,
        organisation_id=organisation.pk,
        **details,
    )
