"""Forms about members, invitations and the end of an organisation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Membership, Organisation, Role

EXPLAINED = {
    Role.OWNER: _("Everything: members, settings, audit log, apps and credentials"),
    Role.DEVELOPER: _("Creates apps and changes their credentials"),
    Role.VIEWER: _("Sees apps, logs, usage and members; no credentials"),
}


def role_choices(*, without: str = "") -> list[tuple[str, Any]]:
    """Return each role with what it means."""
    return [(role.value, f"{role.label}: {EXPLAINED[role]}") for role in Role if role != without]


class InvitationForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(
        label=_("Email address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=role_choices, initial=Role.DEVELOPER, widget=forms.RadioSelect)


class RoleForm(forms.Form):
    """What a member is to be."""

    role = forms.ChoiceField(label=_("Role"), choices=role_choices, widget=forms.RadioSelect)


class TransferForm(forms.Form):
    """Who is to be the owner."""

    member = forms.ModelChoiceField(label=_("New owner"), queryset=Membership.objects.none(), empty_label=None)
    stay_as = forms.ChoiceField(
        label=_("You stay as"),
        choices=lambda: role_choices(without=Role.OWNER),
        initial=Role.DEVELOPER,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, giver: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = giver.organisation.memberships.select_related("user").exclude(pk=giver.pk)
        field = self.fields["member"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = others.filter(user__is_active=True).order_by("user__name", "pk")
        field.label_from_instance = lambda one: f"{one.user} ({one.user.email})"  # type: ignore[method-assign, assignment]


class ConfirmedForm(forms.Form):
    """Whoever ends something types its name."""

    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, expected: str, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["name"].label = label

    def clean_name(self) -> str:
        """Refuse any other name; white space at the ends and between words does not matter."""
        given = " ".join(str(self.cleaned_data["name"]).split())
        if given != " ".join(self.expected.split()):
            raise forms.ValidationError(_("This is not the name. Type it as it stands above."))
        return given


def confirmation(data: Any, organisation: Organisation, label: Any) -> ConfirmedForm:
    """Return the form that asks for the organisation's name."""
    return ConfirmedForm(data, expected=organisation.name, label=label)
