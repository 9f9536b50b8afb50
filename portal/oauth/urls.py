"""`…/connect/auth/`, below the API's two mounts."""

from django.urls import path

from portal.oauth import views

urlpatterns = [
    path("token", views.TokenView.as_view(), name="token"),
    path("revoke", views.RevokeView.as_view(), name="revoke"),
    path("introspect", views.IntrospectView.as_view(), name="introspect"),
]
