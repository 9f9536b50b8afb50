"""The two environments, their addresses, and which of them a host belongs to."""

from typing import Final, Literal

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

Environment = Literal["sandbox", "production"]
SANDBOX: Final = "sandbox"
PRODUCTION: Final = "production"
ENVIRONMENTS: Final[tuple[Environment, ...]] = (SANDBOX, PRODUCTION)


def base_url(environment: Environment) -> str:
    """Return the base URL of the API in this environment, without a slash at its end."""
    url: str = settings.SANDBOX_BASE_URL if environment == SANDBOX else settings.PRODUCTION_BASE_URL
    return url


def host_environment(request: HttpRequest) -> Environment | None:
    """Return the environment that the request's host is kept for, or None where the host does not say."""
    if not (settings.SANDBOX_HOSTS or settings.PRODUCTION_HOSTS):
        return None
    host, _port = split_domain_port(request.get_host())
    if host in settings.PRODUCTION_HOSTS:
        return PRODUCTION
    return SANDBOX if host in settings.SANDBOX_HOSTS else None
