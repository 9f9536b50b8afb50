"""Addresses below `/applications/<application>/`."""

from django.urls import path

from portal.usage import log_views, usage_views

urlpatterns = [
    path("log/", log_views.log, name="log"),
    path("log/rows/", log_views.rows, name="log-rows"),
    path("log/<str:place>/", log_views.call, name="log-call"),
    path("usage/", usage_views.usage, name="usage"),
    path("usage/daily.csv", usage_views.daily, name="usage-daily"),
]
