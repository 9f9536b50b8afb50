"""Addresses below `/applications/<application>/production/`."""

from django.urls import include, path

urlpatterns = [
    path("checks/", include("portal.approvals.answer_checks.urls")),
    path("scenarios/", include("portal.approvals.scenarios.urls")),
]
