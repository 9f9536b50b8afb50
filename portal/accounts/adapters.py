"""Where allauth asks the project: addresses, mails, encryption at rest."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from portal.accounts.browsers import describe
from portal.accounts.models import User
from portal.accounts.reauthentication import is_recent
from portal.mail.sending import send
from portal.sealing import seal, unseal

SITE_NAME = "OpesCare Developers"
MAXIMUM_ADDRESS_LENGTH = 254  # RFC 5321, and what our columns hold
CODES = timedelta(seconds=settings.ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT)


@dataclass(frozen=True)
class Mail:
    """Which of our templates says what allauth's says, and how long it is of use."""

    template: str
    valid_for: timedelta | None = None


MAILS = {
    "account/email/email_confirmation_signup": Mail("confirm_address", CODES),
    "account/email/email_confirmation": Mail("confirm_new_address", CODES),
    "account/email/account_already_exists": Mail("account_already_exists", timedelta(days=1)),
    "account/email/unknown_account": Mail("unknown_account", timedelta(days=1)),
    "account/email/password_reset_code": Mail("password_reset_code", CODES),
    "account/email/password_changed": Mail("password_changed"),
    "account/email/password_reset": Mail("password_changed"),
    "account/email/password_set": Mail("password_changed"),
    "account/email/email_changed": Mail("address_changed"),
    "mfa/email/totp_activated": Mail("authenticator_app_added"),
    "mfa/email/totp_deactivated": Mail("authenticator_app_removed"),
    "mfa/email/webauthn_added": Mail("passkey_added"),
    "mfa/email/webauthn_removed": Mail("passkey_removed"),
    "mfa/email/recovery_codes_generated": Mail("recovery_codes_generated"),
}
"""Every mail of allauth that our settings can cause."""

SAID = ("code", "from_email", "to_email")
"""What a template may know of allauth's context."""


class AccountAdapter(DefaultAccountAdapter):
    """allauth's adapter: the edge's address, our mails, our words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("Email address or password is wrong. Check both, or choose a new password."),
        "incorrect_code": _("This is not the code that we sent last. Check it, or ask for a new one."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your password."),
        "duplicate_email": _("This is your email address already."),
        "email_taken": _("Another account uses this address. Choose a different one."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "invalid_address": _("This address is too long to be one."),
        "rate_limited": _("Too many attempts. Wait five minutes, then try again."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that the edge has found."""
        return str(request.META["REMOTE_ADDR"])

    def is_safe_url(self, url: str) -> bool:
        """Say whether somebody may be led there: to an address, and one of ours."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # "http://[": no address at all
            return False

    def clean_email(self, email: str) -> str:
        """Refuse what would be cut off in the database."""
        if len(email) > MAXIMUM_ADDRESS_LENGTH:
            raise self.validation_error("invalid_address")
        return email

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for a proof of identity unless signing in was one a moment ago."""
        return not is_recent(self.request) and bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Return the ways in our words."""
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code from your authenticator app"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        return [{**way, "description": words[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Return to where the change of address began."""
        return reverse("account_email")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the user what has happened to their account."""
        self.send_mail(template_prefix, email or user.email, {**(context or {}), "user": user})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue one of allauth's mails in our words."""
        mail = MAILS[template_prefix]
        said = {name: context[name] for name in SAID if name in context}
        user = context.get("user") or User.objects.filter(email=email).first()
        write(self.request, mail.template, email, user=user, valid_for=mail.valid_for, **said)


def write(
    request: HttpRequest,
    template: str,
    to: str,
    *,
    user: User | None = None,
    valid_for: timedelta | None = None,
    **said: Any,
) -> None:
    """Send a mail about an account, with the circumstances: when, from which address, with which browser.

    It is in the user's language; where there is no user, in the page's.
    """
    language = user.language if user else get_language() or settings.LANGUAGE_CODE
    with override(language):
        browser = describe(request.META.get("HTTP_USER_AGENT", ""))
    said |= {
        "at": timezone.now(),
        "address": request.META["REMOTE_ADDR"],
        "browser": browser,
        "minutes": int(valid_for.total_seconds() // 60) if valid_for else None,
        "email": to,
    }
    send(to=to, template=f"accounts/{template}", context=said, language=language, valid_for=valid_for)


class MFAAdapter(DefaultMFAAdapter):
    """allauth's adapter for the second step; passkeys belong to the site's address, never to a request's Host."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Codes change every 30 seconds: try the one that is shown now."),
        "incorrect_passkey": _("This passkey was not accepted. Try again, or use another way."),
        "unverified_email": _("Confirm your email address first."),
    }

    def _get_site_name(self) -> str:
        return SITE_NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, Any]:
        """Return the relying party (WebAuthn, section 5.4.2)."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "localhost", "name": SITE_NAME}

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - allauth's name
        """Return the name of a passkey for which none was given."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def build_totp_svg(self, url: str) -> SafeString:
        """Return the QR code to stand in a page: one path, no style, no XML declaration."""
        import qrcode  # noqa: PLC0415 - slow to import, seldom needed

        code = qrcode.QRCode(border=2)
        code.add_data(url)
        code.make(fit=True)
        size = code.modules_count + 4
        path = "".join(
            f"M{x},{y}h1v1h-1z" for y, row in enumerate(code.get_matrix()) for x, dark in enumerate(row) if dark
        )
        label = gettext("QR code")
        svg = f'<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{label}"><path d="{path}"/></svg>'
        return mark_safe(svg)  # noqa: S308 - numbers, and a word of ours

    def encrypt(self, text: str) -> str:
        """Seal the key of an authenticator app or of recovery codes."""
        return seal(text.encode())

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was sealed."""
        return unseal(encrypted_text).decode()
