"""Forms about people and organisations."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Kind, Organisation, TermsAcceptance, User


class SignUpForm(forms.Form):
    """What sign-up asks beyond address and password."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=80,
        help_text=_("How your colleagues know you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    terms = forms.BooleanField(label=_("I accept the terms of use."))

    field_order = ["name", "email", "password1", "terms"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Complete the new user; allauth calls this inside its transaction."""
        user.name = self.cleaned_data["name"]
        user.language = get_language() or settings.LANGUAGE_CODE
        user.save(update_fields=["name", "language"])
        TermsAcceptance.objects.create(user=user, version=settings.TERMS_VERSION)


class TermsForm(forms.Form):
    """Accepting a new version of the terms."""

    terms = forms.BooleanField(label=_("I accept the terms of use."))


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an organisation says of itself."""

    class Meta:
        model = Organisation
        fields = ["name", "country", "kind", "security_contact"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "country": forms.Select(attrs={"autocomplete": "country"}),
            "security_contact": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].required = True
        if self.instance.pk is None:  # nobody is "something else" because they looked away
            kind = self.fields["kind"]
            assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - for the type checker
            kind.choices, kind.initial = [("", "---------"), *Kind.choices], ""
            self.initial.pop("kind", None)
