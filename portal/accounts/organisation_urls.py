"""Addresses below `/organisations/`."""

from django.urls import path

from portal.accounts import invitation_views as invitations
from portal.accounts import member_views as members
from portal.accounts import organisation_audit as audit
from portal.accounts import organisation_views as views
from portal.accounts import recovery_views as recovery

ORGANISATION = "<str:organisation_id>"
MEMBER = f"{ORGANISATION}/members/<int:member_id>"
INVITATION = f"{ORGANISATION}/invitations/<int:invitation_id>"

urlpatterns = [
    path("new/", views.create, name="organisation-new"),
    path(f"{ORGANISATION}/", members.index, name="organisation"),
    path(f"{MEMBER}/role/", members.change_role, name="member-role"),
    path(f"{MEMBER}/remove/", members.remove, name="member-remove"),
    path(f"{ORGANISATION}/leave/", members.leave, name="organisation-leave"),
    path(f"{ORGANISATION}/transfer/", members.transfer, name="organisation-transfer"),
    path(f"{ORGANISATION}/ownership/", recovery.ownership, name="organisation-ownership"),
    path(f"{ORGANISATION}/invitations/new/", invitations.invite, name="invitation-new"),
    path(f"{INVITATION}/resend/", invitations.resend, name="invitation-resend"),
    path(f"{INVITATION}/withdraw/", invitations.withdraw, name="invitation-withdraw"),
    path(f"{ORGANISATION}/settings/", views.settings, name="organisation-settings"),
    path(f"{ORGANISATION}/settings/close/", views.close, name="organisation-close"),
    path(f"{ORGANISATION}/audit/", audit.index, name="organisation-audit"),
    path(f"{ORGANISATION}/audit/audit.csv", audit.export_csv, name="organisation-audit-csv"),
    path(f"{ORGANISATION}/audit/audit.json", audit.export_json, name="organisation-audit-json"),
]
