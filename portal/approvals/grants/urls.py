"""Addresses below `/applications/<id>/production/grant/`."""

from django.urls import path

from portal.approvals.grants import probe_views, views

urlpatterns = [
    path("", views.granted, name="grant"),
    path("agreement/", views.agreement, name="grant-agreement"),
    path("open/", views.open_secret, name="grant-open"),
    path("attest/", views.attestation, name="grant-attest"),
    path("probe/", probe_views.probe, name="grant-probe"),
    path("probe/progress/", probe_views.progress, name="grant-probe-progress"),
]
