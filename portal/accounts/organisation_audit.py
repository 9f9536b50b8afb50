"""The audit log of an organisation: to read, and to take along."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.accounts.actions import record
from portal.accounts.actors import actor
from portal.accounts.models import Organisation
from portal.accounts.policies import May, SignedInRequest, membership_for
from portal.audit.exporting import CHUNK, as_csv, as_json
from portal.audit.models import Decision
from portal.audit.reading import AREAS, Asked, decisions, page


class FilterForm(forms.Form):
    """Who, what, when."""

    who = forms.CharField(label=_("Who"), required=False, max_length=80)
    what = forms.ChoiceField(label=_("What"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = [(name, words) for name, (words, _verbs) in AREAS.items()]
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)  # noqa: S101 - for the type checker
        what.choices = [("", _("Everything")), *areas]

    def asked(self) -> Asked:
        """Return what can be understood of it."""
        self.full_clean()
        found = self.cleaned_data
        return Asked(found.get("who", ""), found.get("what", ""), found.get("since"), found.get("until"))


@require_safe
def index(request: SignedInRequest, organisation_id: str) -> HttpResponse:
    """Show who did what, the newest first."""
    organisation = membership_for(request.user, organisation_id, May.MANAGE).organisation
    form = FilterForm(request.GET)
    cursor = request.GET.get("before", "")
    before = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 19 else None
    lines, older = page(decisions(organisation.pk, form.asked()), before)
    chosen = {name: value for name in form.fields if (value := request.GET.get(name, ""))}
    context = {
        "organisation": organisation,
        "form": form,
        "lines": lines,
        "older": older,
        "first": before is None,
        "query": urlencode(chosen),
        "page_name": "organisation-audit",
    }
    return render(request, "organisations/audit.html", context)


@require_safe
def export_csv(request: SignedInRequest, organisation_id: str) -> HttpResponseBase:
    """Return everything that the filters let through, for a spreadsheet."""
    return _export(request, organisation_id, as_csv, "text/csv; charset=utf-8", "csv")


@require_safe
def export_json(request: SignedInRequest, organisation_id: str) -> HttpResponseBase:
    """Return the same for a program."""
    return _export(request, organisation_id, as_json, "application/json", "json")


def _export(
    request: SignedInRequest,
    organisation_id: str,
    write: Callable[[Iterable[Decision]], Iterator[str]],
    content_type: str,
    ending: str,
) -> HttpResponseBase:
    organisation = membership_for(request.user, organisation_id, May.MANAGE).organisation
    rows = decisions(organisation.pk, FilterForm(request.GET).asked())
    if request.method == "GET":
        record(actor(request), "export_audit", organisation, after={"format": ending})
    return StreamingHttpResponse(
        write(rows.iterator(chunk_size=CHUNK)),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{_file_name(organisation)}.{ending}"'},
    )


def _file_name(organisation: Organisation) -> str:
    return f"audit-{organisation.public_id}-{timezone.now():%Y-%m-%d}"
