"""The verbs about one person's account; what allauth does is written down in `account_audit`."""

from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction

from portal.accounts.account_deletion import TiedError, consequences, keeps_something
from portal.accounts.actions import close_organisation, leave, lock, record
from portal.accounts.models import Invitation, Organisation, TermsAcceptance, User
from portal.audit.actions import Actor, record_decision


@transaction.atomic
def accept_terms(*, by: Actor, user: User) -> None:
    """Write down that the user accepts the present terms; twice changes nothing."""
    _, new = TermsAcceptance.objects.get_or_create(user=user, version=settings.TERMS_VERSION)
    if new:
        _record(by, "accept_terms", user, after={"version": settings.TERMS_VERSION})


@transaction.atomic
def change_profile(*, by: Actor, user: User, name: str, language: str) -> None:
    """Change what a user says of themselves."""
    kept = User.objects.get(pk=user.pk)
    before = {"name": kept.name, "language": kept.language}
    after = {"name": name, "language": language}
    if before == after:
        return
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])
    _record(by, "change_profile", user, before=before, after=after)


@transaction.atomic
def end_sessions(*, by: Actor, user: User, sessions: list[UserSession]) -> None:
    """Sign out other browsers."""
    for session in sessions:
        session.end()
    if sessions:
        _record(by, "end_sessions", user, after={"ended": len(sessions)})


@transaction.atomic
def make_staff(*, by: Actor, user: User, staff: bool) -> None:
    """Let somebody decide about recovery, or no longer."""
    user.is_staff = staff
    user.save(update_fields=["is_staff"])
    _record(by, "make_staff" if staff else "remove_staff", user)


@transaction.atomic
def make_operator(*, by: Actor, user: User, operator: bool) -> None:
    """Let a member of the staff read what the portal keeps, at /admin/, or no longer."""
    user.is_superuser = operator
    user.save(update_fields=["is_superuser"])
    _record(by, "make_operator" if operator else "remove_operator", user)


@transaction.atomic
def delete_account(*, by: Actor, user: User) -> None:
    """Delete a user with all that is theirs; decisions keep the name as it was.

    :raises TiedError: where an organisation would be left without an owner.
    """
    for membership in user.memberships.select_related("organisation").order_by("organisation_id"):
        lock(membership.organisation)  # of two owners who go at the same moment, the second sees the first gone
    found = consequences(user)
    if found.held:
        raise TiedError(found.held)
    _record(by, "delete_account", user)
    for membership in found.left:
        leave(by=by, membership=membership)
    for organisation in found.ended:
        close_organisation(by=by, organisation=organisation)
        if not keeps_something(organisation):
            organisation.delete()
    for organisation in Organisation.objects.filter(security_contact__iexact=user.email):
        Organisation.objects.filter(pk=organisation.pk).update(security_contact="")
        record(by, "change_organisation", organisation, after={"security_contact": ""})  # not what it was: it is gone
    end_every_session(user)
    Invitation.objects.filter(email__iexact=user.email).delete()
    user.delete()


def end_every_session(user: User) -> None:
    """Sign a user out everywhere."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    store.get_model_class().objects.filter(session_key__in=keys).delete()


def _record(by: Actor, verb: str, user: User, **details: object) -> None:
    record_decision(by=by, verb=f"accounts.{verb}", object_type="User", object_id=user.pk, **details)  # type: ignore[arg-type]
