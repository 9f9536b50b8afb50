"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class GuidesConfig(AppConfig):
    """Guides; no models."""

    name = "portal.guides"
