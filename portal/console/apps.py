"""Django's registration of this room."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The developer's own client in samples."""

    name = "portal.console"
