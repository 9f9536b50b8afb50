"""Addresses below `/applications/<application>/production/`."""

from django.urls import include, path

from portal.approvals.evidence import pages as evidence

urlpatterns = [
    path("checks/", include("portal.approvals.answer_checks.urls")),
    path("scenarios/", include("portal.approvals.scenarios.urls")),
    path("evidence/", evidence.everything, name="evidence"),
    path("grant/", include("portal.approvals.grants.urls")),
]
