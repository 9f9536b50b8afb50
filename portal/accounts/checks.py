"""Nobody may sign in with a published password."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def no_published_account(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse to run in production while an account of the demo can sign in with the password that the demo prints."""
    from portal.accounts.models import User  # noqa: PLC0415 - models are not ready when checks are registered
    from portal.accounts.published import PASSWORD, PEOPLE  # noqa: PLC0415

    if settings.DEVELOPMENT or "default" not in (databases or ()):
        return []
    if User._meta.db_table not in connections["default"].introspection.table_names():
        return []
    known = User.objects.filter(email__in=[person.email for person in PEOPLE], is_active=True)
    return [
        Error(
            f"The demo's account {user.email} can sign in here with its published password.",
            f"Change it: manage.py changepassword {user.email}",
            id="accounts.E001",
        )
        for user in known
        if user.check_password(PASSWORD)
    ]
