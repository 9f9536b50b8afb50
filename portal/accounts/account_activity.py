"""A user's own audit trail: what happened to their account, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.audit.models import Decision

PAGE = 50
WORDS: dict[str, Any] = {
    "sign_up": _("Account created"),
    "sign_in": _("Signed in"),
    "fail_second_step": _("Second step of signing in failed"),
    "change_password": _("Password changed"),
    "reset_password": _("New password chosen by a code from a mail"),
    "change_address": _("Email address changed"),
    "add_authenticator_app": _("Authenticator app added"),
    "remove_authenticator_app": _("Authenticator app removed"),
    "add_passkey": _("Passkey added"),
    "remove_passkey": _("Passkey removed"),
    "make_recovery_codes": _("Recovery codes made"),
    "remove_recovery_codes": _("Recovery codes removed"),
    "end_sessions": _("Signed out elsewhere"),
    "accept_terms": _("Terms of use accepted"),
    "change_profile": _("Profile changed"),
    "ask_for_recovery": _("Recovery asked for"),
    "confirm_recovery": _("Recovery confirmed by an owner"),
    "decide_recovery": _("Recovery decided"),
    "stop_recovery": _("Recovery stopped"),
    "apply_recovery": _("Second step removed by a recovery"),
    "make_staff": _("Made a member of the staff"),
    "remove_staff": _("No longer a member of the staff"),
}
WAYS: dict[str, Any] = {
    "password": _("password"),
    "totp": _("authenticator app"),
    "recovery_codes": _("recovery code"),
    "webauthn": _("passkey"),
}


@dataclass(frozen=True)
class Event:
    """One line of the page."""

    at: datetime
    what: str
    details: str
    address: str
    by: str


def events(user: User, before: int | None) -> tuple[list[Event], int | None]:
    """Return a page of what happened to this account, the newest first, and where the next page begins."""
    rows = Decision.objects.filter(object_type="User", object_id=str(user.pk)).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: PAGE + 1])
    return [_event(user, row) for row in found[:PAGE]], found[PAGE - 1].pk if len(found) > PAGE else None


def _event(user: User, row: Decision) -> Event:
    verb = row.verb.rpartition(".")[2]
    himself = row.actor_kind == "user" and row.actor_id == str(user.pk)
    by = "" if himself else row.actor_label
    return Event(row.at, str(WORDS.get(verb, verb.replace("_", " "))), _details(row), row.address, by)


def _details(row: Decision) -> str:
    ways = [str(WAYS.get(way, way)) for way in row.after.get("by", ())]
    names = row.after.get("name") or row.before.get("name", "")
    said = [f" {gettext('and')} ".join(ways), row.after.get("browser", ""), names]
    if version := row.after.get("version") or row.after.get("terms"):
        said.append(gettext("version %(version)s") % {"version": version})
    return ", ".join(filter(None, map(str, said)))
