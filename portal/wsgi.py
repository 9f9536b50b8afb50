"""The WSGI application. It refuses to start where a check fails, whichever server loads it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()

from portal.checks import refuse_to_start_if_unsafe  # noqa: E402 - the apps must be ready first

refuse_to_start_if_unsafe()
