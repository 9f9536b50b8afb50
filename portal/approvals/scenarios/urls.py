"""Addresses below `/applications/<application>/production/scenarios/`."""

from django.urls import path

from portal.approvals.scenarios import views

urlpatterns = [
    path("", views.index, name="scenario-list"),
    path("<slug:scenario>/", views.scenario, name="scenario"),
    path("<slug:scenario>/<str:run_id>/", views.run, name="scenario-run"),
    path("<slug:scenario>/<str:run_id>/progress/", views.progress, name="scenario-progress"),
]
