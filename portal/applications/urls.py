"""Addresses below `/applications/`."""

from django.urls import path

from portal.applications import views

urlpatterns = [
    path("", views.index, name="application-list"),
    path("new/<str:organisation_id>/", views.create, name="application-new"),
    path("<str:application_id>/", views.credentials, name="application"),
]
