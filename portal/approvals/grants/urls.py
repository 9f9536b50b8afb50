"""Addresses below `/applications/<id>/production/grant/`."""

from django.urls import path

from portal.approvals.grants import views

urlpatterns = [
    path("", views.granted, name="grant"),
    path("agreement/", views.agreement, name="grant-agreement"),
    path("open/", views.open_secret, name="grant-open"),
]
