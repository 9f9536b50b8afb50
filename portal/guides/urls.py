"""`/guides/`."""

from django.urls import path

from portal.guides import views

urlpatterns = [
    path("<slug:slug>/", views.guide, name="guide"),
    path("<slug:slug>.md", views.twin, name="guide-markdown"),
]
