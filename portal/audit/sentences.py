"""What was decided, as a sentence. Every verb that is recorded anywhere has one; a test looks for them in the code."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.audit.models import Decision

SENTENCES: dict[str, Any] = {
    # Organisations and their members.
    "accounts.create_organisation": _("%(who)s created %(object)s"),
    "accounts.change_organisation": _("%(who)s changed the settings of %(object)s"),
    "accounts.close_organisation": _("%(who)s closed %(object)s"),
    "accounts.add_member": _("%(who)s made %(member)s a member of %(object)s as %(role)s"),
    "accounts.change_role": _("%(who)s made %(member)s %(role)s of %(object)s"),
    "accounts.transfer_ownership": _("%(who)s gave ownership of %(object)s to %(member)s"),
    "accounts.remove_member": _("%(who)s removed %(member)s from %(object)s"),
    "accounts.leave": _("%(who)s left %(object)s"),
    "accounts.invite": _("%(who)s invited %(email)s to %(object)s as %(role)s"),
    "accounts.resend_invitation": _("%(who)s sent the invitation of %(email)s again"),
    "accounts.withdraw_invitation": _("%(who)s withdrew the invitation of %(email)s"),
    "accounts.accept_invitation": _("%(who)s accepted an invitation to %(object)s as %(role)s"),
    "accounts.export_audit": _("%(who)s exported the audit log of %(object)s"),
    # Recovery.
    "accounts.ask_for_recovery": _("%(who)s asked OpesCare for recovery: %(subject)s of %(member)s"),
    "accounts.decide_recovery": _("%(who)s decided about recovery: %(subject)s of %(member)s"),
    "accounts.confirm_recovery": _("%(who)s confirmed the recovery request of %(member)s"),
    "accounts.stop_recovery": _("%(who)s stopped the recovery request of %(member)s"),
    "accounts.apply_recovery": _("Recovery took effect: %(subject)s of %(member)s"),
    # One's own account.
    "accounts.sign_up": _("%(who)s created an account"),
    "accounts.sign_in": _("%(who)s signed in"),
    "accounts.fail_second_step": _("%(who)s failed the second step of signing in"),
    "accounts.change_password": _("%(who)s changed their password"),
    "accounts.reset_password": _("%(who)s chose a new password by a code from a mail"),
    "accounts.change_address": _("%(who)s changed their email address"),
    "accounts.add_authenticator_app": _("%(who)s added an authenticator app"),
    "accounts.remove_authenticator_app": _("%(who)s removed their authenticator app"),
    "accounts.add_passkey": _("%(who)s added a passkey"),
    "accounts.remove_passkey": _("%(who)s removed a passkey"),
    "accounts.make_recovery_codes": _("%(who)s made recovery codes"),
    "accounts.remove_recovery_codes": _("%(who)s removed their recovery codes"),
    "accounts.end_sessions": _("%(who)s signed out elsewhere"),
    "accounts.accept_terms": _("%(who)s accepted the terms of use"),
    "accounts.change_profile": _("%(who)s changed their profile"),
    "accounts.make_staff": _("%(who)s made %(object)s a member of the staff"),
    "accounts.remove_staff": _("%(who)s removed %(object)s from the staff"),
    "accounts.make_operator": _("%(who)s let %(object)s read what the portal keeps"),
    "accounts.remove_operator": _("%(who)s no longer lets %(object)s read what the portal keeps"),
    "accounts.delete_account": _("%(who)s deleted their account"),
    # Applications and credentials.
    "applications.create_application": _("%(who)s created the app %(object)s"),
    "applications.change_application": _("%(who)s changed the app %(object)s"),
    "applications.close_application": _("%(who)s closed the app %(object)s"),
    "applications.reopen_application": _("%(who)s reopened the app %(object)s"),
    "applications.create_client": _("%(who)s created the %(environment)s client of %(object)s"),
    "applications.add_secret": _("%(who)s added the secret %(secret)s to %(object)s"),
    "applications.rotate_secret": _("%(who)s put the secret %(secret)s in the place of %(old_secret)s in %(object)s"),
    "applications.revoke_secret": _("%(who)s revoked the secret %(secret)s of %(object)s"),
    "applications.set_public_keys": _("%(who)s changed the public keys of %(object)s"),
    "applications.set_scopes": _("%(who)s set the scopes of a client of %(object)s"),
    "applications.set_facilities": _("%(who)s set the facilities that %(object)s may send data for"),
    "applications.suspend_client": _("%(who)s suspended a client of %(object)s"),
    "applications.restore_client": _("%(who)s restored a client of %(object)s"),
    # Production access.
    "approvals.start_request": _("%(who)s began to ask for production access of %(object)s"),
    "approvals.save_request": _("%(who)s changed the request for production access of %(object)s"),
    "approvals.add_attachment": _("%(who)s added a file to the request for production access of %(object)s"),
    "approvals.remove_attachment": _("%(who)s removed a file from the request for production access of %(object)s"),
    "approvals.restore_attachment": _("%(who)s put a file back into the request for production access of %(object)s"),
    "approvals.submit": _("%(who)s submitted the request for production access of %(object)s"),
    "approvals.resubmit": _("%(who)s answered the reviewers of %(object)s"),
    "approvals.withdraw": _("%(who)s withdrew the request for production access of %(object)s"),
    "approvals.claim": _("%(who)s began to review the request of %(object)s"),
    "approvals.release": _("%(who)s put the request of %(object)s back into the queue"),
    "approvals.add_reviewer": _("%(who)s let %(object)s review requests for production access"),
    "approvals.remove_reviewer": _("%(who)s removed %(object)s from the reviewers"),
    "approvals.ask": _("%(who)s asked a question about the request of %(object)s"),
    "approvals.answer": _("%(who)s answered a question about the request of %(object)s"),
    "approvals.say": _("%(who)s wrote about the request of %(object)s"),
    "approvals.tick": _("%(who)s saved the checklist about %(object)s"),
    "approvals.ask_for_changes": _("%(who)s asked for changes of the request of %(object)s"),
    "approvals.propose": _("%(who)s proposed to approve %(object)s, which a second reviewer must agree to"),
    "approvals.disagree": _("%(who)s did not agree to approve %(object)s"),
    "approvals.take_back": _("%(who)s took back the proposal to approve %(object)s"),
    "approvals.approve": _("%(who)s approved production access of %(object)s"),
    "approvals.approve_in_part": _("%(who)s approved production access of %(object)s in part"),
    "approvals.check_answers": _("%(who)s had the answers of %(object)s checked"),
    "approvals.accept_agreement": _("%(who)s accepted the data agreement for %(object)s"),
    "approvals.open_grant": _("%(who)s made the first production secret of %(object)s"),
    "approvals.confirm_contact": _("%(who)s confirmed a contact address of %(object)s"),
    "approvals.start_probe": _("%(who)s had it looked at whether production access of %(object)s works"),
    "approvals.complete_grant": _("Production access of %(object)s works: its probe went well"),
    "approvals.attest": _("%(who)s confirmed that what was answered about %(object)s still holds"),
    "approvals.expire": _("The request for production access of %(object)s expired"),
    "approvals.close_grant": _("Production access of %(object)s ended with the app"),
    "approvals.decline": _("%(who)s declined production access of %(object)s"),
    # Conformance scenarios.
    "approvals.start_scenario": _("%(who)s started run %(number)s of the scenario %(scenario)s for %(object)s"),
    "approvals.cancel_scenario": _("%(who)s cancelled run %(number)s of the scenario %(scenario)s for %(object)s"),
    "approvals.pass_scenario": _("%(object)s passed the scenario %(scenario)s (run %(number)s)"),
    "approvals.fail_scenario": _("%(object)s did not pass the scenario %(scenario)s (run %(number)s)"),
    # Health IDs.
    "connect.look_at_match": _("%(who)s looked at the people of match %(object)s"),
    "connect.merge_patients": _("%(who)s merged two Health IDs (match %(object)s)"),
    "connect.keep_patients_apart": _("%(who)s kept two Health IDs apart (match %(object)s)"),
    "connect.look_at_opening": _("%(who)s looked at an emergency access of %(object)s"),
    "connect.undo_match_review": _("%(who)s opened the match %(object)s again"),
    # The platform.
    "oauth.rotate_keys": _("%(who)s rotated the signing keys"),
}

WORDS: dict[str, Any] = {
    "owner": _("owner"),
    "developer": _("developer"),
    "viewer": _("viewer"),
    "second_step": _("second step of signing in"),
    "ownership": _("ownership"),
    "sandbox": _("sandbox"),
    "production": _("production"),
}
"""Values that sentences and differences say in words."""


def sentence(row: Decision) -> str:
    """Return what somebody did, in the reader's language."""
    known = _Known({**row.before, **row.after})
    known |= {name: str(WORDS.get(known[name], known[name])) for name in ("role", "subject", "environment")}
    known["who"] = row.actor_label
    known["object"] = row.object_label or row.object_id
    known["secret"] = _secret(row.after) or _secret(row.before)
    known["old_secret"] = _secret(row.before)
    template = SENTENCES.get(row.verb)
    if template is None:  # a verb of a newer version, read by an older one
        template = "%(who)s: " + row.verb.partition(".")[2].replace("_", " ")
    return " ".join((str(template) % known).split())


class _Known(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "…"


def _secret(details: dict[str, Any]) -> str:
    if last_four := details.get("last_four"):
        return f"…{last_four}"
    return gettext("number %(number)s") % {"number": details["secret"]} if "secret" in details else ""
