"""Addresses below `/review/recovery/`."""

from django.urls import path

from portal.accounts import recovery_desk as views

urlpatterns = [
    path("", views.desk, name="recovery-desk"),
    path("<str:recovery_id>/", views.decide, name="recovery-request"),
]
