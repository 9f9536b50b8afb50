"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Organisations."""

    name = "portal.accounts"

    def ready(self) -> None:
        """Register the checks."""
        from portal.accounts import checks  # noqa: F401, PLC0415 - registers itself
