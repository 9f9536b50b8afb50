"""Addresses below `/accounts/`: allauth's views by name, those that our settings use and no others."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from portal.accounts import account_pages as own
from portal.accounts import views
from portal.accounts.account_views import AddAppView, AddPasskeyView, AddressView, PasskeyAgainView, SignUpView
from portal.accounts.reauthentication import recently_authenticated

View = Callable[..., HttpResponse]


def whole(view: View) -> View:
    """Make what a form does one transaction: the change, its audit row and its mail, or none of them."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return answer


def before_terms(view: View) -> View:
    """Let in somebody who has not accepted the present terms: they may prove who they are and delete their account."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    answer.terms_required = False  # type: ignore[attr-defined]
    return answer


to_two_step = RedirectView.as_view(pattern_name="mfa_index")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="account-profile")),
    path("terms/", views.accept_terms, name="terms-accept"),
    path("recovery/", include("portal.accounts.recovery_urls")),
    # Coming and going.
    path("signup/", SignUpView.as_view(), name="account_signup"),
    path("signup/again/", own.sign_up_again, name="account-sign-up-again"),
    path("confirm-email/", whole(account.email_verification_sent), name="account_email_verification_sent"),
    path("login/", account.login, name="account_login"),
    path("login/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("login/second-step/", mfa.authenticate, name="mfa_authenticate"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("logout/", account.logout, name="account_logout"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path(
        "password/reset/code/",
        whole(account.confirm_password_reset_code),
        name="account_confirm_password_reset_code",
    ),
    path("password/reset/new/", whole(account.complete_password_reset), name="account_complete_password_reset"),
    path("password/reset/done/", account.password_reset_from_key_done, name="account_password_reset_completed"),
    # Proving once more who one is.
    path("reauthenticate/", before_terms(account.reauthenticate), name="account_reauthenticate"),
    path("reauthenticate/code/", before_terms(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("reauthenticate/passkey/", before_terms(PasskeyAgainView.as_view()), name="mfa_reauthenticate_webauthn"),
    # One's own account.
    path("profile/", own.profile, name="account-profile"),
    path("email/", recently_authenticated(whole(AddressView.as_view())), name="account_email"),
    path("password/change/", whole(account.password_change), name="account_change_password"),
    path("password/set/", recently_authenticated(whole(account.password_set)), name="account_set_password"),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/app/add/", whole(AddAppView.as_view()), name="mfa_activate_totp"),
    path("2fa/app/remove/", whole(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/passkeys/", to_two_step, name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", whole(AddPasskeyView.as_view()), name="mfa_add_webauthn"),
    path("2fa/passkeys/<int:pk>/remove/", whole(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/passkeys/<int:pk>/rename/", whole(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("2fa/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/make/", whole(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("sessions/", own.sessions, name="usersessions_list"),
    path("sessions/end-others/", own.end_other_sessions, name="account-sessions-end-others"),
    path("sessions/<int:session_id>/end/", own.end_session, name="account-session-end"),
    path("activity/", own.activity, name="account-activity"),
    path("delete/", own.delete, name="account-delete"),
    path("deleted/", own.deleted, name="account-deleted"),
]
