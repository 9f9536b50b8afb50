"""The room's entry in INSTALLED_APPS."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Mails on their way out."""

    name = "portal.mail"
