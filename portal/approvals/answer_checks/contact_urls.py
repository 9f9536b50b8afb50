"""Addresses below `/contacts/`: the links in mails to contact addresses."""

from django.urls import path

from portal.approvals.answer_checks import contact_views as views

urlpatterns = [
    path("confirmed/", views.confirmed, name="contact-confirmed"),
    path("<str:token>/", views.proof, name="contact-proof"),
]
