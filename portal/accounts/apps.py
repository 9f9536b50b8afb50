"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Organisations."""

    name = "portal.accounts"

    def ready(self) -> None:
        """Register the checks, and what listens to allauth."""
        from portal.accounts import account_audit, checks  # noqa: F401, PLC0415 - register themselves
