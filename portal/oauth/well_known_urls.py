"""`/.well-known/`."""

from django.urls import path

from portal.oauth import views

urlpatterns = [
    path("oauth-authorization-server/<path:issuer_path>", views.metadata, name="metadata"),
    path("jwks.json", views.jwks, name="jwks"),
    path("jwks/sandbox.json", views.jwks, {"environment": "sandbox"}, name="jwks-sandbox"),
    path("jwks/production.json", views.jwks, {"environment": "production"}, name="jwks-production"),
]
