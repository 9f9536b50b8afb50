"""Addresses below `/review/` for reviewers."""

from django.urls import path

from portal.approvals.desk import reviewers, views
from portal.approvals.evidence import pages as evidence

urlpatterns = [
    path("requests/", views.queue, name="review-queue"),
    path("requests/<str:access_id>/calls/", evidence.calls, name="review-calls"),
    path("reviewers/", reviewers.index, name="reviewers"),
    path("reviewers/<int:reviewer_id>/remove/", reviewers.remove, name="reviewer-remove"),
]
