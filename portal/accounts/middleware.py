"""Closed by default: a page asks for a signed-in user who has accepted the terms, unless its view says otherwise."""

import time
from collections.abc import Callable
from typing import Any, cast

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from portal.accounts.models import TermsAcceptance

MARK = "signed_in"
"""A cookie without any content, for scripts: it says that asking for the personal part of a page is worth a call."""

SEEN_EVERY = 300
"""Seconds between two notes that a session is in use."""


class SignedInMiddleware(LoginRequiredMiddleware):
    """Sends strangers to the sign-in, and users who have not accepted the present terms to those.

    Public pages are marked by `login_not_required`; there, the session is never read.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; pages of a signed-in user are never stored anywhere."""
        response = cast("HttpResponseBase", self.get_response(request))
        if getattr(request, "needs_sign_in", False):
            add_never_cache_headers(response)
        change = getattr(request, "signed_in_change", None)
        if change is True:
            response.set_cookie(MARK, "1", max_age=settings.SESSION_COOKIE_AGE, secure=settings.HTTPS, samesite="Lax")
        elif change is False:
            response.delete_cookie(MARK, samesite="Lax")
        return response

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Redirect whoever may not pass."""
        if not getattr(view_func, "login_required", True):
            return None
        request.needs_sign_in = True  # type: ignore[attr-defined]
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is None:
            _seen(request)
        elif MARK in request.COOKIES:
            request.signed_in_change = False  # type: ignore[attr-defined] # the session has ended elsewhere
        by_script = "application/json" in request.headers.get("Accept", "")  # it cannot follow to a form
        if refused:
            return JsonResponse({"error": "signed_out"}, status=401) if by_script else refused
        if getattr(view_func, "terms_required", True) and not _accepted(request):
            if by_script:
                return JsonResponse({"error": "terms_not_accepted"}, status=403)
            return redirect(f"{reverse('terms-accept')}?{urlencode({'next': request.get_full_path()})}")
        return None


def _accepted(request: HttpRequest) -> bool:
    """Say whether the user accepted the present terms; the session remembers it."""
    if request.session.get("terms") == settings.TERMS_VERSION:
        return True
    if not TermsAcceptance.objects.filter(user=request.user, version=settings.TERMS_VERSION).exists():  # type: ignore[misc]
        return False
    request.session["terms"] = settings.TERMS_VERSION
    return True


def _seen(request: HttpRequest) -> None:
    """Note for the list of sessions that somebody is there: allauth would do it on every request."""
    now = int(time.time())
    if now - int(request.session.get("seen", 0)) >= SEEN_EVERY:
        request.session["seen"] = now
        UserSession.objects.create_from_request(request)


@receiver(user_logged_in)
def _mark(request: HttpRequest, **_: Any) -> None:
    request.signed_in_change = True  # type: ignore[attr-defined]


@receiver(user_logged_out)
def _unmark(request: HttpRequest, **_: Any) -> None:
    request.signed_in_change = False  # type: ignore[attr-defined]
