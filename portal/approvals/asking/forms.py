"""Forms of a draft. Nothing is required here: a draft may be incomplete, and what cannot be kept is shown again."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.applications.forms import https_address
from portal.applications.models import FACILITY_CODE
from portal.applications.scopes import SCOPES, Scope, available
from portal.approvals import attachments
from portal.approvals.models import AccessRequest, Attachment
from portal.approvals.questionnaire import Question, read_facilities
from portal.edge.environments import PRODUCTION

LONGEST: Final = {"text": 300, "paragraph": 10_000, "email": 254, "url": 500, "facilities": 40_000, "reason": 2_000}
"""Characters."""
MOST_FACILITIES: Final = 500


def anchor(scope: str) -> str:
    """Return where a scope stands on its page."""
    return f"scope-{scope.replace(':', '-')}"


class FacilitiesField(forms.CharField):
    """Facilities, one a line."""

    def prepare_value(self, value: Any) -> Any:
        """Return the saved ones as lines."""
        if isinstance(value, list):
            return "\n".join(f"{each['code']} {each['name']}".strip() for each in value)
        return value

    def clean(self, value: Any) -> Any:
        """Return a list of `code` and `name`."""
        try:
            found = read_facilities(super().clean(value))
        except ValueError as exc:
            raise forms.ValidationError(_refused(str(exc))) from None
        if len(found) > MOST_FACILITIES:
            raise forms.ValidationError(_("These are more than %(most)s facilities.") % {"most": MOST_FACILITIES})
        return found


def _refused(line: str) -> str:
    code = line.partition(" ")[0]
    if re.fullmatch(FACILITY_CODE, code):
        return gettext("%(code)s stands here twice. Leave one of them.") % {"code": code}
    said = gettext("Each line begins with the code of a facility, like NG-LOS-H1. This one does not: %(line)s")
    return said % {"line": line[:80]}


def _begins_with_https(value: str) -> None:
    https_address(value)


def field_for(question: Question) -> forms.Field:
    """Return the field that takes the answer."""
    longest = LONGEST.get(question.kind)
    lines = forms.Textarea(attrs={"rows": 5})
    match question.kind:
        case "paragraph":
            return forms.CharField(max_length=longest, widget=lines)
        case "email":
            return forms.EmailField(max_length=longest, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
        case "url":
            return forms.URLField(max_length=longest, assume_scheme="https", validators=[_begins_with_https])
        case "choice":
            return forms.ChoiceField(choices=question.choices, widget=forms.RadioSelect)
        case "facilities":
            return FacilitiesField(max_length=longest, widget=lines)
        case "number":
            return forms.IntegerField(min_value=0, max_value=1_000_000_000)
        case "yes":
            return forms.BooleanField()
        case _:
            return forms.CharField(max_length=longest, widget=forms.TextInput(attrs={"autocomplete": "off"}))


@dataclass(frozen=True)
class Row:
    """A question with its field; after somebody else has saved, what stands there now where that differs.

    `removed` are files that can be put back, and `fault` says what is wrong with one that was to be added.
    """

    question: Question
    field: forms.BoundField
    theirs: str | None = None
    files: tuple[Attachment, ...] = ()
    removed: tuple[Attachment, ...] = ()
    fault: str = ""


class SectionForm(forms.Form):
    """The questions of one section."""

    prefix = "answer"

    def __init__(self, *args: Any, questions: Iterable[Question], answers: dict[str, Any], **kwargs: Any) -> None:
        self.questions = {each.key: each for each in questions}
        kwargs["initial"] = {key: answers.get(key) for key in self.questions}
        super().__init__(*args, **kwargs)
        for key, question in self.questions.items():
            field = field_for(question)
            field.label, field.help_text, field.required = question.label, question.help, False
            self.fields[key] = field

    def rows(self, access: AccessRequest, theirs: Mapping[str, Any] | None, faults: Mapping[str, str]) -> list[Row]:
        """Return the questions with their fields and files.

        :param theirs: the answers that somebody else has saved meanwhile.
        :param faults: what is wrong with a file, by question.
        """
        takes_files = any(each.attachments for each in self.questions.values())
        kept = list(attachments.of_draft(access)) if takes_files else []
        removed = list(attachments.removed_lately(access)) if takes_files else []
        return [
            Row(
                question,
                self[key],
                self._differing(question, theirs),
                tuple(each for each in kept if each.question == key),
                tuple(each for each in removed if each.question == key),
                faults.get(key, ""),
            )
            for key, question in self.questions.items()
        ]

    def _differing(self, question: Question, theirs: Mapping[str, Any] | None) -> str | None:
        if theirs is None or self.cleaned_data.get(question.key) == theirs.get(question.key):
            return None
        return question.shown(theirs.get(question.key))

    def sound(self) -> dict[str, Any]:
        """Return the answers that can be kept, by question."""
        self.full_clean()
        return {key: value for key, value in self.cleaned_data.items() if key in self.questions}


class ScopesForm(forms.Form):
    """Which scopes of production are asked for, and why each."""

    scope = forms.MultipleChoiceField(required=False, label=_("Scopes"))

    def __init__(self, *args: Any, access: AccessRequest, **kwargs: Any) -> None:
        self.saved = dict(access.scopes.values_list("scope", "reason"))
        reasons = {f"reason-{name}": reason for name, reason in self.saved.items()}
        kwargs["initial"] = {"scope": list(self.saved), **reasons}
        super().__init__(*args, **kwargs)
        names = available(PRODUCTION)
        self.fields["scope"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        for name in names:
            self.fields[f"reason-{name}"] = forms.CharField(
                label=_("Why your app needs it"),
                required=False,
                max_length=LONGEST["reason"],
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def rows(self) -> list[tuple[Scope, forms.BoundField, bool, str]]:
        """Return each scope with the field of its reason, whether it is ticked, and its anchor."""
        ticked = self["scope"].value() or []
        names = available(PRODUCTION)
        return [(SCOPES[name], self[f"reason-{name}"], name in ticked, anchor(name)) for name in names]

    def clean(self) -> dict[str, Any]:
        """Refuse a new reason of a scope that is not ticked: it would be lost."""
        for name in set(available(PRODUCTION)) - set(self.cleaned_data.get("scope", [])):
            reason = self.cleaned_data.get(f"reason-{name}")
            if reason and reason != self.saved.get(name):
                self.add_error(f"reason-{name}", _("Tick this scope to ask for it, or remove its reason."))
        return self.cleaned_data

    def asked(self) -> dict[str, str]:
        """Return the reasons of the scopes that are ticked."""
        ticked = self.cleaned_data["scope"]
        return {name: self.cleaned_data[f"reason-{name}"] for name in available(PRODUCTION) if name in ticked}
