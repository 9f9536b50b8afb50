"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class UIConfig(AppConfig):
    """Pages' common parts; no models."""

    name = "portal.ui"
