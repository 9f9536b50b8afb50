"""allauth's pages about passkeys, where ours differ: every passkey can sign in by itself."""

from typing import Any

from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect


class AddPasskeyView(views.AddWebAuthnView):
    """A new passkey: kept by the device, unlocked by its owner."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask for what signing in without a password needs."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["js_data"] = {"creation_options": begin_registration(self.request.user, passwordless=True)}
        return context

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the reason above the form; it belongs to no field that anybody sees."""
        for message in [*form.errors.get("credential", []), *form.non_field_errors()]:
            messages.error(self.request, message)
        return HttpResponseRedirect(self.request.path)


class PasskeyAgainView(views.ReauthenticateWebAuthnView):
    """A passkey from somebody who is signed in."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Let them try again, or choose another way."""
        for message in form.errors.get("credential", []):
            messages.error(self.request, message)
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))
