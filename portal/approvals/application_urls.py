"""Addresses below `/applications/<application>/production/`."""

from django.urls import include, path

from portal.approvals.asking import drafting, files, overview, talking, versions, whole
from portal.approvals.evidence import pages as evidence

REQUEST = "requests/<str:access_id>"

urlpatterns = [
    path("", overview.overview, name="production-access"),
    path("ask/", overview.ask, name="access-start"),
    path(f"{REQUEST}/", whole.whole, name="access-request"),
    path(f"{REQUEST}/scopes/", drafting.scopes, name="access-scopes"),
    path(f"{REQUEST}/answers/<slug:section>/", drafting.section, name="access-section"),
    path(f"{REQUEST}/submit/", whole.submit, name="access-submit"),
    path(f"{REQUEST}/messages/", talking.talk, name="access-messages"),
    path(f"{REQUEST}/versions/<int:number>/", versions.version, name="access-version"),
    path(f"{REQUEST}/attachments/<str:attachment_id>/", files.download, name="attachment"),
    path(f"{REQUEST}/withdraw/", whole.withdraw, name="access-withdraw"),
    path("checks/", include("portal.approvals.answer_checks.urls")),
    path("scenarios/", include("portal.approvals.scenarios.urls")),
    path("evidence/", evidence.everything, name="evidence"),
    path("grant/", include("portal.approvals.grants.urls")),
]
