"""The queue of the review desk."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.accounts.policies import SignedInRequest
from portal.approvals.desk.queue import Place, QueueForm, age, requests_for
from portal.approvals.policies import reviewers_only

PAGE = 25


@reviewers_only
@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """List the requests: those that wait for the reader first, the oldest of them on top."""
    form = QueueForm(request.GET)
    page = Paginator(form.narrowed(request.user), PAGE).get_page(request.GET.get("page"))
    for one in page:
        one.age, one.heading = age(one), Place(one.place).label
    context = {"form": form, "page": page, "places": _places(request.user), "area": "requests"}
    return render(request, "review/queue.html", context)


def _places(user: User) -> list[tuple[str, Any, int]]:
    """Return the name, the words and the number of each place; what is decided is not counted."""
    counted = requests_for(user).exclude(place=Place.OVER).values_list("place").annotate(Count("pk", distinct=True))
    numbers = dict(counted.order_by())
    return [(place.name.lower(), place.label, numbers.get(place.value, 0)) for place in Place]
