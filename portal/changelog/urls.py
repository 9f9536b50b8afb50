"""`/changelog/`."""

from django.urls import path

from portal.changelog import views

urlpatterns = [
    path("changelog/", views.changelog, name="changelog"),
    path("changelog.md", views.twin, name="changelog-markdown"),
    path("changelog.atom", views.feed, name="changelog-feed"),
]
