"""Addresses below `/accounts/recovery/`."""

from django.urls import path

from portal.accounts import recovery_views as views

urlpatterns = [
    path("second-step/", views.second_step, name="recovery-second-step"),
    path("stop/<str:link>/", views.stop, name="recovery-stop"),
    path("<str:recovery_id>/", views.confirm, name="recovery-confirm"),
]
