"""The queue of the review desk."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.policies import SignedInRequest
from portal.approvals.desk.queue import Place, QueueForm, age
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
    return render(request, "review/queue.html", {"form": form, "page": page, "area": "requests"})
