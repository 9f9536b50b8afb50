"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Organisations."""

    name = "portal.accounts"
