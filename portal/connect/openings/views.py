"""The staff's desk for patients who were read in an emergency. For others it does not exist."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, When
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.policies import SignedInRequest
from portal.accounts.reauthentication import recently_authenticated
from portal.accounts.staff import staff_actor, staff_only
from portal.audit.calls import patient_hash
from portal.audit.models import ApiCall
from portal.connect import glass
from portal.connect.models import BreakGlassOpening, Dataset
from portal.connect.openings.forms import LookForm

PAGE = 25
MOST_CALLS = 50
BEFORE = timedelta(minutes=1)
"""The call that opens arrives before the opening, by less than this."""


@staff_only
@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """List the openings: those that nobody has looked at first, the oldest of them on top."""
    rows = _openings().annotate(over=Case(When(looked_at=None, then=0), default=1))
    ordered = rows.order_by("over", Case(When(over=0, then="opened_at")), "-opened_at", "pk")
    return render(
        request, "break_glass/desk.html", {"page": Paginator(ordered, PAGE).get_page(request.GET.get("page"))}
    )


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def look(request: SignedInRequest, opening_id: UUID) -> HttpResponseBase:
    """Show one opening and the calls that it let through, and note that it has been looked at."""
    opening = get_object_or_404(_openings().select_related("patient"), public_id=opening_id)
    form, may_look = LookForm(request.POST or None), glass.may_look_at(request.user, opening)
    if request.method == "POST" and may_look and form.is_valid():
        if glass.look_at(by=staff_actor(request), opening=opening, note=form.cleaned_data["note"]):
            messages.success(request, _("Noted."))
        else:
            messages.error(request, _("Somebody else has looked at it a moment ago."))
        return redirect("break-glass-opening", opening_id)
    context = {"opening": opening, "form": form, "may_look": may_look, "calls": _calls(opening)}
    return render(request, "break_glass/opening.html", context)


def _openings() -> QuerySet[BreakGlassOpening]:
    """Return those of production: in the sandbox nobody is real."""
    found = BreakGlassOpening.objects.select_related("application__organisation")
    return found.filter(dataset__kind=Dataset.PRODUCTION)


def _calls(opening: BreakGlassOpening) -> QuerySet[ApiCall]:
    found: QuerySet[ApiCall] = ApiCall.objects.filter(
        application_id=opening.application_id,
        at__range=(opening.opened_at - BEFORE, opening.closes_at),
        client_id=opening.client_id,
        break_glass=True,
        patient=patient_hash(opening.patient.health_id),
    )
    return found.order_by("at", "pk")[:MOST_CALLS]
