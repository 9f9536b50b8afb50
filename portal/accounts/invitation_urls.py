"""Addresses below `/invitations/`: the links in mails."""

from django.urls import path

from portal.accounts import invitation_views as views

urlpatterns = [
    path("<str:token>/", views.answer, name="invitation"),
]
