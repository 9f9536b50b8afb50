"""Addresses below `/review/` for reviewers."""

from django.urls import path

from portal.approvals.desk import reviewers, views

urlpatterns = [
    path("requests/", views.queue, name="review-queue"),
    path("reviewers/", reviewers.index, name="reviewers"),
    path("reviewers/<int:reviewer_id>/remove/", reviewers.remove, name="reviewer-remove"),
]
