"""The decision as a reviewer fills it in."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from portal.approvals.desk.reading import Reading
from portal.approvals.models import Review
from portal.approvals.reviewing import Terms

LONGEST = 4000
"""Characters of a message, of conditions and of a reason."""
APPROVE, CHANGES, DECLINE, SAVE, BACK = "approve", "changes", "decline", "save", "back"
REASON = "refusal-"


class DecisionForm(forms.Form):
    """Which scopes and facilities are granted, under what conditions, until when, and what its developers are told."""

    conditions = forms.CharField(
        label=_("Conditions"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What the organisation must keep to. It stands with the grant."),
    )
    ends_on = forms.DateField(
        label=_("First day without access"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave it empty for a grant without an end."),
    )
    message = forms.CharField(
        label=_("Message to the developers"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Sent with the decision, and kept with the request."),
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, reading: Reading, last: Review | None, seen: set[str]
    ) -> None:
        """Begin with the reviewer's last proposal, or else with the scopes that the sandbox has `seen` called."""
        self.reading = reading
        initial: dict[str, Any] = {}
        if last:
            initial = {"conditions": last.conditions, "ends_on": last.ends_on, "message": last.message}
        super().__init__(data, initial=initial)
        for name in ("grant", "facilities"):
            self.fields[name] = forms.MultipleChoiceField(required=False)
        names = [each.name for each in reading.scopes]
        self.fields["grant"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        codes = [each.code for each in reading.facilities]
        self.fields["facilities"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]
        for name in names:
            reason = last.refusals.get(name, "") if last else ""
            self.fields[f"{REASON}{name}"] = forms.CharField(required=False, max_length=LONGEST, initial=reason)
        refused = set(last.refusals) if last else set(names) - seen
        self._ticked = {
            "grant": [name for name in names if name not in refused],
            "facilities": [code for code in codes if last is None or code in last.facilities],
        }

    def ticked(self, name: str) -> list[str]:
        """Return what is ticked of the scopes (`grant`) or the `facilities`."""
        return self.data.getlist(name) if self.is_bound else self._ticked[name]  # type: ignore[attr-defined]

    @property
    def scope_rows(self) -> list[tuple[Any, bool, Any]]:
        """Return each scope, whether it is ticked, and the field with the reason where it is not."""
        ticked = self.ticked("grant")
        return [(each, each.name in ticked, self[f"{REASON}{each.name}"]) for each in self.reading.scopes]

    @property
    def facility_rows(self) -> list[tuple[Any, bool]]:
        """Return each facility, and whether it is ticked."""
        ticked = self.ticked("facilities")
        return [(each, each.code in ticked) for each in self.reading.facilities]

    def clean(self) -> dict[str, Any]:
        """Demand a reason for each scope that is not granted, where something is."""
        found = super().clean() or {}
        granted = found.get("grant", [])
        if self.data.get("action") == APPROVE:
            if not granted:
                raise forms.ValidationError(say("Nothing is left to grant. Decline the request instead."))
            for each in self.reading.scopes:
                if each.name not in granted and not found.get(f"{REASON}{each.name}", "").strip():
                    self.add_error(f"{REASON}{each.name}", say("Say why not: its developers will read it."))
        return found

    def terms(self) -> Terms:
        """Return what is granted."""
        data = self.cleaned_data
        names = [each.name for each in self.reading.scopes if each.name not in data["grant"]]
        return Terms(
            refusals={name: data[f"{REASON}{name}"] for name in names},
            facilities=data["facilities"],
            conditions=data["conditions"],
            ends_on=data["ends_on"],
            message=data["message"],
        )


def typed(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what somebody has written into a form that cannot be sent any more, with what it was for."""
    labels = {
        "message": say("Message"),
        "conditions": say("Conditions"),
        "text": say("Question or message"),
        "reason": say("Reason"),
    }
    found = []
    for name, value in data.items():
        label = name.removeprefix(REASON) if name.startswith(REASON) else labels.get(name)
        if label and str(value).strip():
            found.append((label, str(value)))
    return found
