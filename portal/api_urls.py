"""The API below one of its mounts. The OpenAPI document is generated from this map, so each operation stands once."""

from django.urls import include, path

urlpatterns = [
    path("connect/auth/", include("portal.oauth.urls")),
    path("connect/", include("portal.connect.urls")),
]
