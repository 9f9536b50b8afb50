"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class OAuthConfig(AppConfig):
    """Tokens, signing keys, bearer authentication."""

    name = "portal.oauth"
