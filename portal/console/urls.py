"""Addresses below `/console/`."""

from django.urls import path

from portal.console import sampling, views

urlpatterns = [
    path("own/", views.own, name="console-own"),
    path("choose/", views.pick, name="console-choose"),
    path("client/", views.client, name="console-client"),
    path("production-secret/", views.production_secret, name="console-production-secret"),
    path("token/", views.token, name="console-token"),
    path("samples/", sampling.samples, name="console-samples"),
]
