"""allauth's forms in our words: one field per question, no placeholders, nothing longer than it can sensibly be."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User

MAXIMUM_PASSWORD_LENGTH = 512
MAXIMUM_CODE_LENGTH = 40
NEW_PASSWORD = _("At least 12 characters, and not one that many people use. Four or five random words are good.")
EMAIL = _("Email address")
CODE = {
    "autocomplete": "one-time-code",
    "autocapitalize": "characters",
    "spellcheck": "false",
    "class": "one-time-code",
}


def _limit(field: forms.Field, length: int) -> None:
    field.validators.append(MaxLengthValidator(length))
    field.widget.attrs["maxlength"] = str(length)


class _Plain(forms.Form):
    """Takes away placeholders, which vanish when they are needed, and second entries of a password."""

    WORDS: dict[str, tuple[Any, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.WORDS:
                field.label, field.help_text = self.WORDS[name]
            if isinstance(field.widget, forms.PasswordInput):
                _limit(field, MAXIMUM_PASSWORD_LENGTH)
            if name == "code":
                field.widget.attrs |= CODE
                _limit(field, MAXIMUM_CODE_LENGTH)


class SignInForm(_Plain, account.LoginForm):
    """Address and password."""

    WORDS = {"login": (EMAIL, ""), "password": (_("Password"), "")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignUpForm(_Plain, account.SignupForm):
    """Name, address, password, terms."""

    account_already_exists: bool
    WORDS = {
        "email": (EMAIL, _("We send a code there, to know that it is yours.")),
        "password1": (_("Password"), NEW_PASSWORD),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["terms"].label = terms_label()

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Make the account whole or not at all.

        Where the address has one already, the answer is the same, and takes as long: the password is hashed in vain.
        """
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    return super().try_save(request)  # type: ignore[no-any-return]
            except IntegrityError:  # two sign-ups with one address at the same moment
                self.account_already_exists = True
        User().set_password(self.cleaned_data["password1"])
        return super().try_save(request)  # type: ignore[no-any-return]


def terms_label() -> str:
    """Return the label of the box, with the terms one click away and the form still there."""
    terms = reverse("guide", args=["terms"])
    label = gettext("I accept the <a>terms of use</a>.").partition("<a>")
    words = label[2].partition("</a>")
    return format_html('{}<a href="{}" target="_blank" rel="noopener">{}</a>{}', label[0], terms, words[0], words[2])


class NewAddressForm(_Plain, account.AddEmailForm):
    """The address to change to."""

    WORDS = {"email": (_("New email address"), _("We send a code there. The old one stays until you enter it."))}


class ChangePasswordForm(_Plain, account.ChangePasswordForm):
    """The old password and the new one."""

    WORDS = {"oldpassword": (_("Present password"), ""), "password1": (_("New password"), NEW_PASSWORD)}


class SetPasswordForm(_Plain, account.SetPasswordForm):
    """A first password, for somebody who had none."""

    WORDS = {"password1": (_("New password"), NEW_PASSWORD)}


class ForgottenPasswordForm(_Plain, account.ResetPasswordForm):
    """The address of the account."""

    WORDS = {"email": (EMAIL, "")}


class NewPasswordForm(_Plain, account.ResetPasswordKeyForm):
    """The new password, after the code."""

    WORDS = {"password1": (_("New password"), NEW_PASSWORD)}


class AddressCodeForm(_Plain, account.ConfirmEmailVerificationCodeForm):
    """The code from the mail that confirms an address."""

    WORDS = {"code": (_("Code from the mail"), "")}


class PasswordCodeForm(_Plain, account.ConfirmPasswordResetCodeForm):
    """The code from the mail that allows a new password."""

    WORDS = {"code": (_("Code from the mail"), "")}


class PasswordAgainForm(_Plain, account.ReauthenticateForm):
    """The password once more."""

    WORDS = {"password": (_("Password"), "")}


class _Digits(_Plain):
    """A code that is all digits: phones show the keys for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class SecondStepForm(_Digits, AuthenticateForm):
    """A code of the authenticator app, or a recovery code."""

    WORDS = {"code": (_("Code"), _("Six digits from your authenticator app, or one of your recovery codes."))}


class SecondStepAgainForm(_Digits, ReauthenticateForm):
    """The same, from somebody who is signed in."""

    WORDS = SecondStepForm.WORDS


class AuthenticatorAppForm(_Digits, ActivateTOTPForm):
    """The first code of an authenticator app shows that it works."""

    WORDS = {"code": (_("Code"), _("The six digits that the app shows now."))}


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a user says of themselves."""

    class Meta:
        model = User
        fields = ["name", "language"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].label = _("Your language")
        self.fields["language"].help_text = _("The language of mails from us.")


class DeletionForm(forms.Form):
    """The user's address, typed, is the last question before the end."""

    address = forms.CharField(
        label=_("Type your email address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_address(self) -> str:
        """Accept it however it is written."""
        address = str(self.cleaned_data["address"]).strip().lower()
        if address != self.user.email:
            raise forms.ValidationError(_("This is not the address of this account."))
        return address
