"""The staff's desk for matches: every application's, in both environments. For others it does not exist."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.policies import SignedInRequest
from portal.accounts.reauthentication import recently_authenticated_from_the_start
from portal.accounts.staff import staff_actor, staff_only
from portal.connect.matches import pages
from portal.connect.matches.forms import QueueForm
from portal.connect.models import MatchReview


@staff_only
@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """List the matches: those that wait, the oldest of them on top."""
    context = pages.queue(QueueForm(request.GET), request, MatchReview.objects.all())
    return render(request, "matches/desk.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated_from_the_start
def review(request: SignedInRequest, review_id: UUID) -> HttpResponseBase:
    """Show the people of a match, and take the decision."""
    found = get_object_or_404(MatchReview.objects.select_related(*pages.RELATED), public_id=review_id)
    return pages.review_page(
        request, found, by=staff_actor(request), back=reverse("match-desk"), template="matches/desk_review.html"
    )
