"""allauth's pages, where ours do less: one address, and passkeys that all sign in by themselves."""

from typing import Any

from allauth.account.views import EmailView, SignupView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from portal.accounts import invitation_actions


class AddressView(EmailView):
    """The one address of an account. It can be changed, and nothing else."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send the code to the new one."""
        if "action_add" not in request.POST:
            return HttpResponseRedirect(request.path)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


class SignUpView(SignupView):
    """A new account. Who comes from an invitation finds its address in the form."""

    def get_initial(self) -> dict[str, Any]:
        """Return the invited address: whoever has the mail's link has the mail."""
        initial: dict[str, Any] = super().get_initial()
        invitation = invitation_actions.behind(self.get_next_url() or "")
        return {**initial, "email": invitation.email} if invitation else initial


class AddAppView(ActivateTOTPView):
    """A new authenticator app. Who has one already, and came here by the Back button, is not asked to remove it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Go to the list of second steps, where there is one."""
        if is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            messages.info(request, _("You have an authenticator app already."))
            return redirect("mfa_index")
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer


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
