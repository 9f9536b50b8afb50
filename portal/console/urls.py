"""Addresses below `/console/`."""

from django.urls import path

from portal.console import views

urlpatterns = [
    path("own/", views.own, name="console-own"),
    path("choose/", views.pick, name="console-choose"),
    path("client/", views.client, name="console-client"),
    path("token/", views.token, name="console-token"),
]
