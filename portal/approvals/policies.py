"""Who may come in: members to the requests of their applications, reviewers to all but their own organisations'."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.landing import landing
from portal.accounts.models import Membership, User
from portal.accounts.policies import May, SignedInRequest
from portal.applications.models import Application
from portal.applications.policies import application_for
from portal.approvals.models import AccessRequest, Reviewer
from portal.approvals.states import State
from portal.audit.actions import Actor

View = Callable[..., HttpResponseBase]


def reviewers_only(view: View) -> View:
    """Open a page to reviewers; for all others there is nothing at its address.

    A reviewer without a second step of signing in is led to add one, where `REVIEWERS_NEED_SECOND_STEP`.
    """

    @wraps(view)
    def answer(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_reviewer(request.user):
            raise Http404
        if settings.REVIEWERS_NEED_SECOND_STEP and not is_mfa_enabled(request.user):
            messages.warning(request, _("Reviewers sign in with a second step. Add one, then come back."))
            return redirect("mfa_index")
        return view(request, *args, **kwargs)

    answer.reviewers_only = True  # type: ignore[attr-defined] # tests/portal/test_who_may_see_what.py reads it
    return answer


def is_reviewer(user: User) -> bool:
    """Say whether this user decides about requests. One query."""
    return user.is_active and Reviewer.objects.filter(user=user).exists()


@landing
def to_the_queue(user: User) -> str:
    """Lead a reviewer without an organisation to the requests."""
    return reverse("review-queue") if is_reviewer(user) else ""


def reviewer_actor(request: SignedInRequest) -> Actor:
    """Return who decides, as developers read it."""
    label = _("%(name)s of OpesCare") % {"name": request.user}
    return Actor("staff", label, str(request.user.pk), str(request.META["REMOTE_ADDR"]))


def is_own(user: User, request: AccessRequest) -> bool:
    """Say whether the request is of one of the user's own organisations: then somebody else must review it."""
    return Membership.objects.filter(user=user, organisation_id=request.application.organisation_id).exists()


def may_review(user: User, request: AccessRequest) -> bool:
    """Say whether this user may act on the request as a reviewer. Two queries."""
    return is_reviewer(user) and not is_own(user, request)


def request_for(
    request: SignedInRequest, application_id: str, access_id: str, what: May
) -> tuple[AccessRequest, Application, Membership]:
    """Return a request of the application, by their public ids, with the application and the user's membership.

    :raises Http404: where there is none, or the user is not in its organisation.
    :raises PermissionDenied: where the user's role does not allow it.
    """
    application, membership = application_for(request, application_id, what)
    found = application.access_requests.select_related("reviewer").filter(public_id=access_id).first()
    if found is None:
        raise Http404
    found.application = application
    return found, application, membership


def submitted_request(access_id: str) -> AccessRequest:
    """Return a request that has been submitted, by its public id, for the desk.

    :raises Http404: where there is none, or it is still a draft: its developers' own.
    """
    found = AccessRequest.objects.select_related("application__organisation", "reviewer")
    request = found.filter(public_id=access_id, submitted_at__isnull=False).exclude(state=State.DRAFT).first()
    if request is None:
        raise Http404
    return request
