"""The floor that reads are compared with: the same server, Django and DRF, one bare view, nearly nothing else."""

from portal.settings import *  # noqa: F403

# allauth does not start without it; it costs microseconds.
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
ROOT_URLCONF = "portal.management.bench.bare_urls"
REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"], "UNAUTHENTICATED_USER": None}
# The admin, which is installed and never asked for, wants middleware.
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "admin.E408", "admin.E409", "admin.E410"]  # noqa: F405
