"""The room as Django knows it."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Production access."""

    name = "portal.approvals"
