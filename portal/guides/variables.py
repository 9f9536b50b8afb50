"""Facts that the code knows, for use in guides as `{{ name }}`. No page repeats one of them by hand."""

import re
from collections.abc import Mapping

from portal.applications.models import TOKEN_LIFETIME
from portal.applications.published import SANDBOX_CLIENT
from portal.edge.environments import PRODUCTION, SANDBOX, base_url

VARIABLE = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")


def variables() -> dict[str, str]:
    """Return every variable and its value on this deployment."""
    return {
        "sandbox.base_url": base_url(SANDBOX),
        "sandbox.client_id": SANDBOX_CLIENT.client_id,
        "sandbox.client_secret": SANDBOX_CLIENT.client_secret,
        "production.base_url": base_url(PRODUCTION),
        "token.lifetime": str(TOKEN_LIFETIME),
    }


class UnknownVariableError(ValueError):
    """A page names a variable that does not exist."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with every variable replaced.

    :raises UnknownVariableError: where it names one that is not in `values`.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise UnknownVariableError(f"there is no variable {match[1]}; there are {', '.join(values)}")
        return values[match[1]]

    return VARIABLE.sub(value, text)
