"""Addresses below `/accounts/`."""

from django.urls import include, path

from portal.accounts import views

urlpatterns = [
    path("terms/", views.accept_terms, name="terms-accept"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
