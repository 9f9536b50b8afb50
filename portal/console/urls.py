"""Addresses below `/console/`."""

from django.urls import path

from portal.console import pages, sampling, shell, views

urlpatterns = [
    path("", pages.index, name="console"),
    path("documents/<slug:document>/", pages.index, name="console-of"),
    path("operations/<str:operation_id>.json", pages.described, name="console-description"),
    path("operations/<str:operation_id>/", pages.operation, name="console-operation"),
    path(
        "documents/<slug:document>/operations/<str:operation_id>.json",
        pages.described,
        name="console-description-of",
    ),
    path("documents/<slug:document>/operations/<str:operation_id>/", pages.operation, name="console-operation-of"),
    path("own/", views.own, name="console-own"),
    path("choose/", views.pick, name="console-choose"),
    path("client/", views.client, name="console-client"),
    path("production-secret/", views.production_secret, name="console-production-secret"),
    path("shell/", shell.shell, name="console-shell"),
    path("token/", views.token, name="console-token"),
    path("samples/", sampling.samples, name="console-samples"),
]
