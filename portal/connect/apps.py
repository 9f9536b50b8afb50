"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    """Datasets and patients."""

    name = "portal.connect"
