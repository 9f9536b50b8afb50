"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The ledger and the decisions."""

    name = "portal.audit"
