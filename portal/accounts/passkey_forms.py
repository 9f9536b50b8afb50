"""allauth's forms about passkeys, closed to garbage: what a browser sends is checked before anything reads it."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAXIMUM_CREDENTIAL_LENGTH = 20_000
MAXIMUM_NAME_LENGTH = 60
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What reading WebAuthn's nested structures raises when they are not what they should be."""


def _refused() -> ValidationError:
    refusal: ValidationError = get_adapter().validation_error("incorrect_passkey")
    return refusal


class CredentialField(forms.JSONField):
    """A JSON object of a sensible size."""

    def to_python(self, value: Any) -> Any:
        """Return the object."""
        if len(value or "") > MAXIMUM_CREDENTIAL_LENGTH:
            raise _refused()
        try:
            found = super().to_python(value)
        except RecursionError:
            raise _refused() from None
        if not isinstance(found, dict):
            raise _refused()
        return found


class _Credential(forms.Form):
    """A form with a credential that the script fills in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField(
            widget=forms.HiddenInput, error_messages=dict.fromkeys(("required", "invalid"), _refused().message)
        )


class _Signed(_Credential):
    """A passkey says who somebody is."""

    def clean_credential(self) -> Authenticator:
        """Return the passkey.

        :raises ValidationError: also where it is not one at all.
        """
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ValidationError as exc:
            if exc.code == "incorrect_code":
                raise _refused() from exc
            raise
        except UNREADABLE as exc:
            raise _refused() from exc


class SignInByPasskeyForm(_Signed, webauthn.LoginWebAuthnForm):
    """Signing in with nothing but a passkey."""


class SecondStepByPasskeyForm(_Signed, webauthn.AuthenticateWebAuthnForm):
    """A passkey as the second step."""


class PasskeyAgainForm(_Signed, webauthn.ReauthenticateWebAuthnForm):
    """A passkey from somebody who is signed in."""


class NewPasskeyForm(_Credential, webauthn.AddWebAuthnForm):
    """A passkey and its name."""

    name = forms.CharField(
        label=_("Name"),
        max_length=MAXIMUM_NAME_LENGTH,
        required=False,
        help_text=_("Where it is kept, so that you know it again: “Work laptop”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)

    def clean(self) -> dict[str, Any]:
        """Return the name and the passkey."""
        try:
            return super().clean() or {}
        except ValidationError as exc:
            raise _refused() from exc
        except UNREADABLE as exc:
            raise _refused() from exc


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    """The new name of a passkey."""

    name = forms.CharField(
        label=_("Name"), max_length=MAXIMUM_NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
