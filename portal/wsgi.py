"""The WSGI application. It refuses to start where a check fails, whichever server loads it."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup(set_prefix=False)

from portal.checks import refuse_to_start_if_unsafe  # noqa: E402 - the apps must be ready first
from portal.management.orphans import end_with_parent  # noqa: E402 - the same

refuse_to_start_if_unsafe()
end_with_parent()


class Request(WSGIRequest):
    """Reads a Content-Type that Django cannot parse as none; otherwise it fails before any middleware."""

    def __init__(self, environ: dict[str, object]) -> None:
        try:
            super().__init__(environ)
        except ValueError:
            super().__init__({**environ, "CONTENT_TYPE": ""})


class Application(WSGIHandler):
    """Django's handler with our request."""

    request_class = Request


application = Application()
