"""Addresses below `/organisations/`."""

from django.urls import path

from portal.accounts import organisation_views as views

urlpatterns = [
    path("new/", views.create, name="organisation-new"),
    path("<str:organisation_id>/", views.members, name="organisation"),
]
