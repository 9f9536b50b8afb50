"""Addresses below `/review/matches/`."""

from django.urls import path

from portal.connect.matches import staff_views as views

urlpatterns = [
    path("", views.desk, name="match-desk"),
    path("<uuid:review_id>/", views.review, name="match-desk-review"),
]
