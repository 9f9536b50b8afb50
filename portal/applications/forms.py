"""Forms about applications and their credentials."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.applications.models import Application, ClientSecret, Integration

EXPLAINED = {
    Integration.CONNECT_API: _("Your server calls the API over HTTPS. Works today."),
    Integration.SDK: _("Our libraries call it for you, in the language of your system. In preparation."),
    Integration.BRIDGE_AGENT: _("A program in the hospital's own network reads its system and sends. In preparation."),
    Integration.WIDGET: _("A patient's summary inside your own pages. In preparation."),
    Integration.WEBHOOKS: _("OpesCare calls your server when something has changed. In preparation."),
}
NEVER = "never"
LIFETIMES = (
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("180", _("180 days")),
    ("365", _("One year")),
    (NEVER, _("It does not expire")),
)
HOUR = 3600
OVERLAPS = (
    ("0", _("End it at once")),
    (str(HOUR), _("1 hour")),
    (str(24 * HOUR), _("24 hours")),
    (str(7 * 24 * HOUR), _("7 days")),
    (str(30 * 24 * HOUR), _("30 days")),
    (NEVER, _("Until I revoke it")),
)


def https_address(value: str) -> str:
    """Return an address that may be shown to everybody.

    :raises ValidationError: where it is not https, or carries a password.
    """
    try:
        parts = urlsplit(value)
    except ValueError:
        raise forms.ValidationError(_("This is not an address.")) from None
    if value and (parts.scheme != "https" or parts.username is not None):
        raise forms.ValidationError(_("Write an address that begins with https:// and holds no password."))
    return value


class ApplicationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an application says of itself."""

    home_page = forms.URLField(
        label=_("Home page"),
        required=False,
        assume_scheme="https",
        help_text=_("Where people read about it. Begins with https://."),
    )

    class Meta:
        model = Application
        fields = ["name", "description", "integration", "purpose", "home_page"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "integration": forms.RadioSelect,
            "purpose": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["integration"].help_text = _("How it will talk to OpesCare. You can change this later.")
        self.fields["integration"].choices = [  # type: ignore[attr-defined]
            (kind.value, format_html('<span>{}<span class="sub">{}</span></span>', kind.label, EXPLAINED[kind]))
            for kind in Integration
        ]

    def clean_home_page(self) -> str:
        """Check the address."""
        return https_address(self.cleaned_data["home_page"])


class SecretForm(forms.Form):
    """A new secret. `form_id` makes sending the form twice make one secret."""

    label = forms.CharField(
        label=_("Label"),
        required=False,
        max_length=60,
        help_text=_("Where it is used, for example “server in Kisumu”. Never the secret itself."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    lifetime = forms.ChoiceField(
        label=_("The new secret expires after"),
        choices=LIFETIMES,
        initial="180",
        help_text=_("We write to you before that. A secret that expires limits what a leak can do."),
    )
    form_id = forms.UUIDField(widget=forms.HiddenInput)

    @property
    def expires_at(self) -> datetime | None:
        """Return when the secret expires."""
        days = self.cleaned_data["lifetime"]
        return None if days == NEVER else timezone.now() + timedelta(days=int(days))

    def clean_label(self) -> str:
        """Refuse a label that is a secret."""
        label: str = self.cleaned_data["label"]
        if "_sk_" in label:
            raise forms.ValidationError(_("This looks like a secret. A label is shown to everybody who may see it."))
        return label


class RotateForm(SecretForm):
    """A new secret in the place of an old one."""

    overlap = forms.ChoiceField(
        label=_("The old secret goes on working for"),
        choices=OVERLAPS,
        initial=str(7 * 24 * HOUR),
        help_text=_("Both work meanwhile, so that you can change your servers one after the other."),
    )

    field_order = ["label", "overlap", "lifetime"]

    @property
    def old_lives_on(self) -> timedelta | None:
        """Return how long the old secret works, None for as long as nobody revokes it."""
        seconds = self.cleaned_data["overlap"]
        return None if seconds == NEVER else timedelta(seconds=int(seconds))


class ConfirmedForm(forms.Form):
    """Something that destroys: whoever does it types its name."""

    typed = forms.CharField(
        max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )

    def __init__(self, *args: Any, name: str, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name
        self.fields["typed"].label = label

    def clean_typed(self) -> str:
        """Compare."""
        typed = " ".join(self.cleaned_data["typed"].split()).removeprefix("…")
        if typed != " ".join(self.name.split()):
            raise forms.ValidationError(_("This is not it. Nothing has been changed."))
        return typed


class RevokeForm(ConfirmedForm):
    """The end of a secret."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=200, help_text=_("It stands in your organisation's audit log.")
    )

    def __init__(self, *args: Any, secret: ClientSecret, **kwargs: Any) -> None:
        label = _("Type the last four characters of the secret to revoke it: %(four)s") % {"four": secret.last_four}
        super().__init__(*args, name=secret.last_four, label=label, **kwargs)


class SuspendForm(forms.Form):
    """The suspension of a client."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Your colleagues read it on this app's page, and it stands in your organisation's audit log."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RestoreForm(forms.Form):
    """The end of a suspension."""


class PastedKeysForm(forms.Form):
    """Public keys, pasted. What was typed is never shown again: it may have been a private key."""

    keys = forms.CharField(
        label=_("JWK set"),
        max_length=65_536,
        strip=False,
        help_text=_("JSON with one to ten public keys. Paste public keys only."),
        widget=forms.Textarea(
            attrs={"rows": 10, "class": "code", "autocomplete": "off", "spellcheck": "false"},
        ),
    )


class KeysAddressForm(forms.Form):
    """Public keys, fetched."""

    url = forms.URLField(
        label=_("Address of the JWK set"),
        max_length=200,
        assume_scheme="https",
        help_text=_("Begins with https://. We fetch it now, every few hours, and when an unknown key signs."),
    )

    def clean_url(self) -> str:
        """Check the address."""
        return https_address(self.cleaned_data["url"])
