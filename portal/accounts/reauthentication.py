"""Before secrets: whoever has not shown for ten minutes that it is them is asked once more."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

View = Callable[..., HttpResponseBase]


def is_recent(request: HttpRequest) -> bool:
    """Say whether the user signed in, or was asked again, within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds.

    A form that was opened in time may be sent as long again after it.

    Unlike allauth, this takes a sign-in for what it is: nobody types a password twice in the minute of their sign-up.
    """
    records = get_authentication_records(request, request.user)
    newest = max((float(record.get("at", 0)) for record in records), default=0.0)
    opened_in_time = 2 if request.method == "POST" else 1  # who fills in a form is not asked in the middle of it
    return time.time() - newest < float(app_settings.REAUTHENTICATION_TIMEOUT) * opened_in_time


def recently_authenticated(view: View) -> View:
    """Open the view to whoever is recent; allauth asks all others, and then does what they had asked for."""

    @wraps(view)
    def ask(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_recent(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return ask


def recently_authenticated_from_the_start(view: View) -> View:
    """Do the same, but forget the form: for those into which people paste what may not be kept in a session."""

    @wraps(view)
    def ask(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_recent(request):
            if request.method == "POST":
                return redirect(request.path)
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return ask
