"""The project itself as an application, for its checks and its commands."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Checks and commands that belong to no room."""

    name = "portal"

    def ready(self) -> None:
        """Register the checks."""
        from portal import checks  # noqa: F401, PLC0415 - registers itself
