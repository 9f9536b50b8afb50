"""Addresses below `/review/` for reviewers."""

from django.urls import path

from portal.approvals.answer_checks.views import run_at_the_desk
from portal.approvals.desk import clients, request_views, reviewers, views
from portal.approvals.evidence import pages as evidence

urlpatterns = [
    path("requests/", views.queue, name="review-queue"),
    path("requests/<str:access_id>/", request_views.show, name="review-request"),
    path("requests/<str:access_id>/checks/", run_at_the_desk, name="review-checks"),
    path(
        "requests/<str:access_id>/attachments/<str:attachment_id>/", request_views.attachment, name="review-attachment"
    ),
    path("requests/<str:access_id>/calls/", evidence.calls, name="review-calls"),
    path("requests/<str:access_id>/claim/", request_views.claim, name="review-claim"),
    path("requests/<str:access_id>/write/", request_views.write, name="review-write"),
    path("requests/<str:access_id>/decide/", request_views.decide, name="review-decide"),
    path("requests/<str:access_id>/second/", request_views.second, name="review-second"),
    path("clients/", clients.index, name="review-clients"),
    path("clients/<str:live_client>/", clients.show, name="review-client"),
    path("reviewers/", reviewers.index, name="reviewers"),
    path("reviewers/<int:reviewer_id>/remove/", reviewers.remove, name="reviewer-remove"),
]
