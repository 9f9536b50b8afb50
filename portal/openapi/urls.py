"""The documents for downloading, ours and further ones, as YAML and as JSON."""

from django.urls import path

from portal.openapi import views

urlpatterns = [
    path("openapi.yaml", views.as_yaml, name="openapi"),
    path("openapi.json", views.as_json, name="openapi-json"),
    path("reference/documents/<slug:document>/openapi.yaml", views.as_yaml, name="openapi-of"),
    path("reference/documents/<slug:document>/openapi.json", views.as_json, name="openapi-json-of"),
]
