"""Reading what an organisation decided: filters, pages by cursor, differences."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.audit.models import Decision
from portal.audit.sentences import SENTENCES, WORDS, sentence

PAGE = 50
AREAS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "members": (
        _("Members and invitations"),
        (
            "accounts.add_member",
            "accounts.change_role",
            "accounts.transfer_ownership",
            "accounts.remove_member",
            "accounts.leave",
            "accounts.invite",
            "accounts.resend_invitation",
            "accounts.withdraw_invitation",
            "accounts.accept_invitation",
        ),
    ),
    "credentials": (
        _("Credentials"),
        (
            "applications.create_client",
            "applications.add_secret",
            "applications.rotate_secret",
            "applications.revoke_secret",
            "applications.set_public_keys",
            "applications.set_scopes",
            "applications.set_facilities",
            "applications.suspend_client",
            "applications.restore_client",
        ),
    ),
    "applications": (
        _("Apps"),
        (
            "applications.create_application",
            "applications.change_application",
            "applications.close_application",
            "applications.reopen_application",
        ),
    ),
    "production": (_("Production access"), tuple(verb for verb in SENTENCES if verb.startswith("approvals."))),
    "matches": (
        _("Health IDs"),
        (
            "connect.look_at_match",
            "connect.merge_patients",
            "connect.keep_patients_apart",
            "connect.undo_match_review",
            "connect.look_at_opening",
        ),
    ),
    "organisation": (
        _("Organisation and audit log"),
        (
            "accounts.create_organisation",
            "accounts.change_organisation",
            "accounts.close_organisation",
            "accounts.export_audit",
        ),
    ),
    "recovery": (
        _("Recovery"),
        (
            "accounts.ask_for_recovery",
            "accounts.decide_recovery",
            "accounts.confirm_recovery",
            "accounts.stop_recovery",
            "accounts.apply_recovery",
        ),
    ),
}
"""What a reader can ask for, and the verbs that it means."""

LABELS: dict[str, Any] = {
    "application": _("App"),
    "by_operator": _("By OpesCare"),
    "closed": _("Closed"),
    "country": _("Country"),
    "decision": _("Decision"),
    "description": _("Description"),
    "due_at": _("Takes effect"),
    "email": _("Email address"),
    "environment": _("Environment"),
    "expires_at": _("Expires"),
    "facilities": _("Facilities"),
    "granted": _("Granted"),
    "home_page": _("Home page"),
    "integration": _("Integration"),
    "keys": _("Keys"),
    "kind": _("Kind"),
    "label": _("Label"),
    "last_four": _("Secret"),
    "member": _("Member"),
    "members": _("Members"),
    "name": _("Name"),
    "old_ends_at": _("Old secret ends"),
    "patient": _("Patient (hash)"),
    "purpose": _("What it does"),
    "reason": _("Reason"),
    "request": _("Request"),
    "role": _("Role"),
    "scopes": _("Scopes"),
    "second_step": _("Second step"),
    "security_contact": _("Security contact"),
    "subject": _("Subject"),
    "survivor": _("Stays (hash)"),
    "suspended": _("Suspended"),
    "url": _("Address"),
}
SAID = {"role", "subject", "environment"}
HIDDEN = {"user", "secret"}
"""Numbers of rows: for machines, and in the export."""


@dataclass(frozen=True)
class Asked:
    """What a reader wants to see."""

    who: str = ""
    what: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Line:
    """One decision as the page shows it."""

    row: Decision
    said: str
    differences: list[tuple[str, str, str]] = field(default_factory=list)


def decisions(organisation_id: int, asked: Asked) -> QuerySet[Decision]:
    """Return the decisions of this organisation that were asked for, the newest first."""
    found: QuerySet[Decision] = Decision.objects.filter(organisation_id=organisation_id).order_by("-id")
    if asked.who:
        found = found.filter(actor_label__icontains=asked.who)
    if asked.what:
        found = found.filter(verb__in=AREAS[asked.what][1])
    if asked.since:
        found = found.filter(at__gte=_midnight(asked.since))
    if asked.until:
        found = found.filter(at__lt=_midnight(asked.until + timedelta(days=1)))
    return found


def page(found: QuerySet[Decision], before: int | None) -> tuple[list[Line], int | None]:
    """Return one page of lines, and the cursor of the next."""
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found[: PAGE + 1])
    lines = [Line(row, sentence(row), differences(row)) for row in rows[:PAGE]]
    return lines, rows[PAGE - 1].pk if len(rows) > PAGE else None


def differences(row: Decision) -> list[tuple[str, str, str]]:
    """Return what was before and after, in words: only what differs, the names of things first seen first."""
    names = [name for name in {**row.before, **row.after} if name not in HIDDEN]
    found = [(label(name), value(name, row.before.get(name)), value(name, row.after.get(name))) for name in names]
    return [one for one in found if one[1] != one[2]]


def label(name: str) -> str:
    """Return what a fact is called."""
    return str(LABELS.get(name, name.replace("_", " ")))


def value(name: str, given: Any) -> str:
    """Return a fact in words."""
    if given is None or given in ("", [], {}):
        return "—"
    if isinstance(given, bool):
        return gettext("yes") if given else gettext("no")
    if isinstance(given, dict):
        return ", ".join(f"{key}: {value('role', one)}" for key, one in given.items())
    if isinstance(given, list):
        return ", ".join(value(name, one) for one in given)
    return str(WORDS.get(given, given)) if name in SAID else str(given)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
