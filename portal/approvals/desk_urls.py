"""Addresses below `/review/` for reviewers."""

from django.urls import path

from portal.approvals.desk import views

urlpatterns = [
    path("requests/", views.queue, name="review-queue"),
]
