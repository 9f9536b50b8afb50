"""Forms about what was granted."""

from django import forms
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy


def _agreement_label() -> SafeString:
    before, _mark, rest = _("I accept the <a>data agreement</a> for my organisation, and may do so.").partition("<a>")
    words, _mark, after = rest.partition("</a>")
    address = reverse_lazy("guide", args=["data-agreement"])
    return format_html('{}<a href="{}" target="_blank" rel="noopener">{}</a>{}', before, address, words, after)


class PastedSecretForm(forms.Form):
    """A secret that exists, pasted. What was typed is never shown again."""

    secret = forms.CharField(
        label=_lazy("Client secret"),
        max_length=200,
        help_text=_lazy("It is kept encrypted until the probe has ended, for 15 minutes at most, then erased."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class AgreementForm(forms.Form):
    """Accepting the data agreement."""

    accept = forms.BooleanField(label=lazy(_agreement_label, SafeString)())


class AttestForm(forms.Form):
    """Confirming what was answered."""

    holds = forms.BooleanField(label=_lazy("I have read these answers, and all of them still hold."))
