"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    """The API reference; no models."""

    name = "portal.reference"
