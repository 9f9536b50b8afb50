"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Search; no models: what it reads is made from the documentation."""

    name = "portal.search"
