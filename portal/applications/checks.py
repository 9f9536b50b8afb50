"""No published secret may open production data."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from portal.applications.published import DEMO_PRODUCTION_CLIENT, DEMO_SANDBOX_CLIENT


@register(Tags.database)
def no_known_production_secret(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse to run in production while a secret works that the documentation prints."""
    from portal.applications import secrets  # noqa: PLC0415 - models are not ready when checks are registered
    from portal.applications.models import ClientSecret  # noqa: PLC0415

    if settings.DEVELOPMENT or "default" not in (databases or ()):
        return []
    if ClientSecret._meta.db_table not in connections["default"].introspection.table_names():
        return []
    known = [secrets.digest(client.client_secret) for client in (DEMO_PRODUCTION_CLIENT, DEMO_SANDBOX_CLIENT)]
    found = ClientSecret.objects.filter(digest__in=known, revoked_at=None).values_list("client__client_id", flat=True)
    return [
        Error(
            f"The published secret of {client_id} works here.",
            f"End it: manage.py client revoke-secrets {client_id} --reason 'published in the documentation'",
            id="applications.E001",
        )
        for client_id in found
    ]
