"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Production access."""

    name = "portal.approvals"

    def ready(self) -> None:
        """Register the checks."""
        from portal.approvals import checks  # noqa: F401, PLC0415 - register themselves
