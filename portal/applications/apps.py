"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    """Applications, clients, secrets, scopes, feed."""

    name = "portal.applications"

    def ready(self) -> None:
        """Register the checks, and what keeps an organisation from being closed."""
        from portal.applications import checks, policies  # noqa: F401, PLC0415 - register themselves
