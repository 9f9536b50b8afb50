"""How forms look: Django's own rendering, with our templates for the form and its fields."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Label, help, errors and field, tied together for screen readers."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
