"""Addresses below `/applications/<application>/matches/`."""

from django.urls import path

from portal.connect.matches import application_views as views

urlpatterns = [
    path("", views.index, name="match-list"),
    path("<uuid:match_id>/", views.review, name="match"),
]
