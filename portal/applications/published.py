"""The credentials that the documentation prints.

The sandbox client is public and always there. The production client is for the demo: it is only loaded on a private
host, and a deployment in production mode refuses to start while its secret works.
"""

from dataclasses import dataclass
from typing import Final

from portal.applications.scopes import available
from portal.edge.environments import PRODUCTION, SANDBOX, Environment


@dataclass(frozen=True)
class PublishedClient:
    """A client whose credentials stand in the documentation."""

    organisation: str
    application: str
    environment: Environment
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]


SANDBOX_CLIENT: Final = PublishedClient(
    organisation="OpesCare",
    application="Public sandbox",
    environment=SANDBOX,
    client_id="demo_dev_sandbox",
    client_secret="demo_secret_sandbox_2026",
    scopes=(
        "patient:profile:read",
        "pharmacy:stock:read",
        "blood:inventory:read",
        "lab:results:read",
        "patient:diagnostics:read",
    ),
)
DEMO_SANDBOX_CLIENT: Final = PublishedClient(
    organisation="St. Raphael Health",
    application="St. Raphael HIS",
    environment=SANDBOX,
    client_id="demo_all_scopes_sandbox",
    client_secret="demo_all_scopes_secret_2026",
    scopes=available(SANDBOX),
)
DEMO_PRODUCTION_CLIENT: Final = PublishedClient(
    organisation="OpesCare",
    application="OpesCare HIS",
    environment=PRODUCTION,
    client_id="opeshisos_production",
    client_secret="prod_secret_opeshisos_2026",
    scopes=(
        "health_id:verify",
        "patient:read",
        "encounter:push",
        "lab:push",
        "prescription:push",
        "facility:sync",
    ),
)
