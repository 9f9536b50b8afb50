"""What ends by itself: sessions, and accounts that were begun and never confirmed."""

from datetime import timedelta
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User

UNCONFIRMED = timedelta(days=7)
"""So long an address is held for whoever typed it and never entered the code."""


def prune() -> None:
    """Forget sessions that have expired, and accounts that nobody ever confirmed."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    store.clear_expired()
    present = store.get_model_class().objects.values("session_key")
    UserSession.objects.exclude(session_key__in=present).delete()
    with transaction.atomic():
        begun = User.objects.filter(
            last_login=None,
            created_at__lt=timezone.now() - UNCONFIRMED,
            emailaddress__verified=False,
            memberships=None,
            is_staff=False,
            is_superuser=False,
        )
        begun.exclude(emailaddress__verified=True).delete()
