"""Addresses below `/review/break-glass/`."""

from django.urls import path

from portal.connect.openings import views

urlpatterns = [
    path("", views.desk, name="break-glass-desk"),
    path("<uuid:opening_id>/", views.look, name="break-glass-opening"),
]
