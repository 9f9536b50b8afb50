"""`/guides/`."""

from django.urls import path

from portal.guides import views

urlpatterns = [path("<slug:slug>/", views.guide, name="guide")]
