"""The console's shell: what its script fetches once when somebody begins to use it."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.applications.published import SANDBOX_CLIENT
from portal.edge.environments import PRODUCTION, base_url
from portal.samples.languages import LANGUAGES
from portal.ui.public import public_page


@public_page
def shell(request: HttpRequest) -> HttpResponse:
    """Return the part of a page that the script puts into every console, with all its words."""
    return render(request, "console/shell.html", {"languages": LANGUAGES, **_environments()})


def production_path() -> str:
    """Return the path of the production API on this site, empty where production answers on a host of its own.

    The script may call this site alone, so there a call to production is shown and not sent.
    """
    url = urlsplit(base_url(PRODUCTION))
    return url.path if url.netloc == urlsplit(settings.PUBLIC_URL).netloc else ""


def _environments() -> dict[str, Any]:
    published = {
        "client_id": SANDBOX_CLIENT.client_id,
        "client_secret": SANDBOX_CLIENT.client_secret,
        "scopes": SANDBOX_CLIENT.scopes,
        "address": "/api/v1/connect/auth/token",
    }
    return {
        "published": json.dumps(published),
        "production": production_path(),
        "production_server": base_url(PRODUCTION),
    }
