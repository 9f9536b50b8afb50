"""The style guide: every component in every state."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from portal.ui.public import public_page

COLOURS = (
    ("paper", "ink"),
    ("surface", "ink"),
    ("paper", "muted"),
    ("surface", "muted"),
    ("paper", "accent"),
    ("surface", "accent"),
    ("accent-soft", "accent"),
    ("accent-soft", "ink"),
    ("accent", "on-accent"),
    ("tag", "ink"),
    ("sandbox-soft", "sandbox"),
    ("sandbox-soft", "ink"),
    ("paper", "sandbox"),
    ("surface", "sandbox"),
    ("production-soft", "production"),
    ("production-soft", "ink"),
    ("surface", "production"),
    ("paper", "production"),
    ("production", "surface"),
    ("code", "code-ink"),
    ("code", "code-muted"),
    ("code", "code-accent"),
    ("code", "code-text"),
    ("code", "code-key"),
    ("code-answer", "code-error"),
)
"""Every pair of background and text that the site uses; the tests check that each passes WCAG AA in both themes."""

LANGUAGES = (("curl", "cURL"), ("php", "PHP"), ("javascript", "JavaScript"), ("python", "Python"), ("java", "Java"))


@public_page
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component."""
    context = {
        "colours": COLOURS,
        "form": _form(),
        "groups": _groups(),
        "sequence": _sequence(),
        "verdicts": [("met", _("met")), ("warn", _("look at it")), ("unmet", _("not met"))],
    }
    return HttpResponse(render_to_string("ui/styleguide.html", context, request))


def _form() -> forms.Form:
    """Return a form with every kind of field, one of them filled in wrongly."""

    class Everything(forms.Form):
        name = forms.CharField(label=_("A name"), help_text=_("What it is for."))
        address = forms.EmailField(label=_("An address"))
        note = forms.CharField(label=_("A note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
        kind = forms.ChoiceField(label=_("One of many"), choices=[("a", _("This")), ("b", _("That"))])
        choice = forms.ChoiceField(
            label=_("One of few"), choices=[("a", _("This")), ("b", _("That"))], widget=forms.RadioSelect
        )
        sure = forms.BooleanField(label=_("Yes or no"))

    return Everything({"name": "St. Raphael HIS", "address": "nobody", "kind": "a", "choice": "a", "sure": "on"})


def _groups() -> list[dict[str, Any]]:
    """Return a code group for every kind of answer. Run sends a call that is answered 401: it carries no token."""
    run = json.dumps({"method": "GET", "path": "/connect/patients/OPC-2024-DEMO1", "body": None, "token": False})
    panels = [({"key": key, "label": label}, label) for key, label in LANGUAGES]
    taken = ("group-200", "patient.health_id", "OPC-2024-DEMO1")
    states = (
        (_("A call that was answered"), "200", '{"given_name": "Amina"}', ()),
        (_("A call that was refused"), "401", '{"code": "token_missing"}', ()),
        (
            _("A call that takes a value from an earlier answer"),
            "201",
            "{}",
            [taken],
        ),
    )
    return [
        {
            "id": f"group-{status}",
            "title": title,
            "run": run,
            "panels": panels,
            "status": status,
            "answer": answer,
            "taken": values,
        }
        for title, status, answer, values in states
    ]


def _sequence() -> dict[str, Any]:
    step = {"sender": "A", "receiver": "B", "label": _("sends"), "start": 52, "end": 298, "middle": 178}
    return {
        "id": "sequence",
        "title": _("Who sends what to whom"),
        "steps": [{**step, "y": 104, "baseline": 96}],
        "people": [("A", 52), ("B", 304)],
        "width": 356,
        "height": 140,
        "lifeline": 124,
    }
