"""Forms about applications and their credentials."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.applications.models import Application


class ApplicationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an application says of itself."""

    home_page = forms.URLField(label=_("Home page"), required=False, assume_scheme="https")

    class Meta:
        model = Application
        fields = ["name", "description", "integration", "purpose", "home_page"]
        widgets = {"purpose": forms.Textarea(attrs={"rows": 4})}
