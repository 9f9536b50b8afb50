"""Addresses below `/applications/<application>/production/checks/`."""

from django.urls import path

from portal.approvals.answer_checks import views

urlpatterns = [
    path("", views.index, name="access-checks"),
    path("progress/", views.progress, name="access-checks-progress"),
    path("run/", views.run, name="access-checks-run"),
]
