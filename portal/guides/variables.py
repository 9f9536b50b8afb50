"""Facts that the code knows, for use in guides as `{{ name }}`. No page repeats one of them by hand."""

import re
from collections.abc import Mapping

from django.conf import settings

from portal.applications.models import MAXIMUM_TOKEN_LIFETIME, TOKEN_LIFETIME
from portal.applications.published import DEMO_PRODUCTION_CLIENT, SANDBOX_CLIENT
from portal.connect.synthetic import COUNT
from portal.edge.environments import PRODUCTION, SANDBOX, base_url
from portal.limits.failures import FAILURES
from portal.oauth.client_authentication import ASSERTION_LIFETIME
from portal.oauth.keys import JWKS_MAX_AGE
from portal.oauth.tokens import issuer

VARIABLE = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")


def variables() -> dict[str, str]:
    """Return every variable and its value on this deployment."""
    return {
        "sandbox.base_url": base_url(SANDBOX),
        "sandbox.issuer": issuer(SANDBOX),
        "sandbox.client_id": SANDBOX_CLIENT.client_id,
        "sandbox.client_secret": SANDBOX_CLIENT.client_secret,
        "sandbox.patients": str(COUNT),
        "production.base_url": base_url(PRODUCTION),
        "production.issuer": issuer(PRODUCTION),
        "production.client_id": DEMO_PRODUCTION_CLIENT.client_id,
        "token.lifetime": str(TOKEN_LIFETIME),
        "token.lifetime_maximum": str(MAXIMUM_TOKEN_LIFETIME),
        "assertion.lifetime": str(ASSERTION_LIFETIME),
        "jwks.max_age": str(JWKS_MAX_AGE),
        "limit.body": f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024} KiB",
        "limit.failures": str(FAILURES.amount),
    }


def unknown_variable(text: str, values: Mapping[str, str]) -> re.Match[str] | None:
    """Return the first variable of the text that does not exist, None where all do."""
    return next((match for match in VARIABLE.finditer(text) if match[1] not in values), None)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with every variable replaced; all must exist."""
    return VARIABLE.sub(lambda match: values[match[1]], text)
