"""Forms about openings."""

from django import forms
from django.utils.translation import gettext_lazy as _


class LookForm(forms.Form):
    """What a reviewer found."""

    note = forms.CharField(
        label=_("What you found"),
        min_length=10,
        max_length=2000,
        help_text=_("Whom you asked, and whether the reason holds. Kept with the opening; it cannot be changed."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
