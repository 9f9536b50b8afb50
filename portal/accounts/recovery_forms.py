"""Forms about recovery."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class StatementForm(forms.Form):
    """What somebody says who asks."""

    statement = forms.CharField(
        label=_("What happened"),
        min_length=20,
        max_length=2000,
        help_text=_(
            "How you lost it, and how we can recognise you: a phone number, a colleague who can vouch for you."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class DecisionForm(forms.Form):
    """What the staff answers."""

    reason = forms.CharField(
        label=_("How the person was recognised, or why not"),
        min_length=10,
        max_length=2000,
        help_text=_("Kept in the audit. If you refuse, the person reads it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    answer = forms.ChoiceField(
        label=_("Answer"), choices=[("grant", _("Grant")), ("refuse", _("Refuse"))], widget=forms.RadioSelect
    )

    def said(self) -> dict[str, Any]:
        """Return the decision as the verb takes it."""
        return {"granted": self.cleaned_data["answer"] == "grant", "reason": self.cleaned_data["reason"]}
