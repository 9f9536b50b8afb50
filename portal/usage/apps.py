"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class UsageConfig(AppConfig):
    """The request log and the usage of applications."""

    name = "portal.usage"
