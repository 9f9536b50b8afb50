"""An application's own matches in the sandbox: its members see them, its developers decide."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.actors import actor
from portal.accounts.policies import May, SignedInRequest, may
from portal.applications.models import Application
from portal.applications.policies import application_for
from portal.connect.matches import pages
from portal.connect.matches.forms import StateForm
from portal.connect.models import Dataset, MatchReview


@require_safe
def index(request: SignedInRequest, application_id: str) -> HttpResponse:
    """List the matches of the application's sandbox."""
    application, _membership = application_for(request, application_id, May.SEE)
    context = pages.queue(StateForm(request.GET), request, _reviews(application))
    return render(request, "matches/index.html", {**context, **_head(application)})


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: SignedInRequest, application_id: str, match_id: UUID) -> HttpResponseBase:
    """Show the people of a match; those who build the application decide."""
    what = May.BUILD if request.method == "POST" else May.SEE
    application, membership = application_for(request, application_id, what)
    found = get_object_or_404(_reviews(application).select_related(*pages.RELATED), public_id=match_id)
    return pages.review_page(
        request,
        found,
        by=actor(request),
        back=reverse("match-list", args=[application.public_id]),
        template="matches/review.html",
        may_decide=may(membership, May.BUILD),
        **_head(application),
    )


def _reviews(application: Application) -> QuerySet[MatchReview]:
    return MatchReview.objects.filter(dataset__kind=Dataset.APPLICATION, dataset__application=application)


def _head(application: Application) -> dict[str, object]:
    return {"application": application, "tab": "matches", "area": "applications"}
