"""`/openapi.yaml`."""

from django.urls import path

from portal.openapi import views

urlpatterns = [path("", views.document, name="openapi")]
