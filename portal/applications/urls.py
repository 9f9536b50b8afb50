"""Addresses below `/applications/`."""

from django.urls import path

from portal.applications import credential_views, key_views, views

APPLICATION = "<str:application_id>"
CLIENT = f"{APPLICATION}/<str:environment>"
SECRET = f"{APPLICATION}/secrets/<int:secret_id>"

urlpatterns = [
    path("", views.index, name="application-list"),
    path("new/<str:organisation_id>/", views.create, name="application-new"),
    path(f"{APPLICATION}/", credential_views.credentials, name="application"),
    path(f"{APPLICATION}/settings/", views.settings, name="application-settings"),
    path(f"{APPLICATION}/settings/close/", views.close, name="application-close"),
    path(f"{APPLICATION}/settings/reopen/", views.reopen, name="application-reopen"),
    path(f"{SECRET}/", credential_views.secret, name="secret"),
    path(f"{SECRET}/rotate/", credential_views.rotate, name="secret-rotate"),
    path(f"{SECRET}/revoke/", credential_views.revoke, name="secret-revoke"),
    path(f"{CLIENT}/secrets/new/", credential_views.add, name="secret-new"),
    path(f"{CLIENT}/keys/", key_views.keys, name="keys"),
    path(f"{CLIENT}/keys/refresh/", key_views.refresh, name="keys-refresh"),
    path(f"{CLIENT}/keys/remove/", key_views.remove, name="keys-remove"),
    path(f"{CLIENT}/suspend/", credential_views.suspend, name="client-suspend"),
    path(f"{CLIENT}/restore/", credential_views.restore, name="client-restore"),
]
